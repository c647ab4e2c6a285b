/** One thing that is wrong in a file that a person wrote. Never holds the offending value: it may be a secret. */
export interface Problem {
  readonly level: 'error' | 'warning'
  /** The file as the operator named it. */
  readonly file: string
  /** From 1. Absent where the whole file is meant. */
  readonly line?: number
  readonly column?: number
  readonly says: string
}

/** `offramp.yaml:12:5: …`, as editors and terminals make it a link. */
export function showProblem(problem: Problem): string {
  const at = problem.line === undefined ? '' : `:${problem.line}${problem.column === undefined ? '' : `:${problem.column}`}`
  return `${problem.file}${at}: ${problem.level === 'warning' ? 'warning: ' : ''}${problem.says}`
}

/** What the operator wrote cannot be used. Holds everything that is wrong, so that one look mends it all. */
export class InputRefused extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(showProblem).join('\n'))
    this.name = 'InputRefused'
    this.problems = problems
  }
}
