export { type LedgerLab, type LedgerProcess, type LedgerSuiteOptions, ledgerSuite } from './ledger-suite.ts'
