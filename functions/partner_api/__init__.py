"""The API of platforms and training institutions: a fixed wire contract that existing clients already speak."""
