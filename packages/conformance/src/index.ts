export { type GateLab, type GateProcess, type GateSuiteOptions, gateSuite } from './gate-suite.ts'
export { type LedgerLab, type LedgerProcess, type LedgerSuiteOptions, ledgerSuite } from './ledger-suite.ts'
