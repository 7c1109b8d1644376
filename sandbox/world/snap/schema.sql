-- The provider's books. A credit and its ledger entry are written in one transaction.
CREATE TABLE IF NOT EXISTS clients (
    provider TEXT NOT NULL, client_id TEXT NOT NULL, client_secret TEXT NOT NULL, public_key TEXT NOT NULL,
    source_account TEXT NOT NULL, callback_url TEXT NOT NULL, PRIMARY KEY (provider, client_id));
CREATE TABLE IF NOT EXISTS accounts (
    provider TEXT NOT NULL, number TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, kyc TEXT NOT NULL,
    quiet INTEGER NOT NULL, balance INTEGER NOT NULL CHECK (balance >= 0), max_balance INTEGER, monthly_in INTEGER,
    min_amount INTEGER NOT NULL, max_amount INTEGER, nik TEXT NOT NULL, PRIMARY KEY (provider, number));
CREATE TABLE IF NOT EXISTS transfers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, client_id TEXT NOT NULL, service TEXT NOT NULL,
    reference TEXT NOT NULL, source TEXT NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL,
    state TEXT NOT NULL, outcome TEXT, settles_at TEXT, code TEXT NOT NULL, accepted_at TEXT NOT NULL,
    fee INTEGER NOT NULL, remark TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS transfers_by_reference ON transfers (provider, client_id, service, reference);
CREATE INDEX IF NOT EXISTS transfers_unsettled ON transfers (settles_at) WHERE settles_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, transfer INTEGER REFERENCES transfers (id),
    kind TEXT NOT NULL, debit TEXT NOT NULL, credit TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0),
    at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ledger_by_account ON ledger (provider, credit, at);
CREATE INDEX IF NOT EXISTS ledger_by_source ON ledger (provider, debit, at);
CREATE TABLE IF NOT EXISTS keys (
    provider TEXT PRIMARY KEY, private_key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS callbacks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, reference TEXT NOT NULL, kind TEXT NOT NULL,
    url TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL, state TEXT NOT NULL, due_at TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, status INTEGER, answer TEXT NOT NULL DEFAULT '', sent_at TEXT);
CREATE INDEX IF NOT EXISTS callbacks_waiting ON callbacks (due_at) WHERE state = 'WAITING';
CREATE TABLE IF NOT EXISTS external_ids (
    provider TEXT NOT NULL, client_id TEXT NOT NULL, day TEXT NOT NULL, external_id TEXT NOT NULL,
    PRIMARY KEY (provider, client_id, day, external_id));
CREATE INDEX IF NOT EXISTS external_ids_by_day ON external_ids (day);
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, provider TEXT NOT NULL, client_id TEXT NOT NULL, expires_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, matched INTEGER NOT NULL DEFAULT 0,
    fired INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS settings (
    provider TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (provider, name));
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, at TEXT NOT NULL, service TEXT NOT NULL,
    reference TEXT NOT NULL, external_id TEXT NOT NULL, fault TEXT NOT NULL, status INTEGER NOT NULL,
    code TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS calls_by_time ON calls (provider, at);
