"""What a machine must not decide alone: cases, worked on by people until they are resolved. The highest context."""
