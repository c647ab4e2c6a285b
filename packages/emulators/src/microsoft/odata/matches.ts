import type { Comparison, Filter, Operand, Test } from './filter.ts'

/** Reads a property path (`flag/flagStatus`) of what is being filtered; undefined where there is none. */
export type ReadPath = (path: string) => unknown

function readOperand(operand: Operand, read: ReadPath): unknown {
  return 'path' in operand ? read(operand.path) : operand.value
}

const isDate = (operand: Operand): boolean => !('path' in operand) && operand.date === true

function order(left: unknown, right: unknown): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  return undefined
}

function compare(filter: { readonly op: Comparison; readonly left: Operand; readonly right: Operand }, read: ReadPath): boolean {
  let left = readOperand(filter.left, read) ?? null
  let right = readOperand(filter.right, read) ?? null
  if (isDate(filter.left) || isDate(filter.right)) {
    left = typeof left === 'string' ? Date.parse(left) : left
    right = typeof right === 'string' ? Date.parse(right) : right
  }
  if (typeof left === 'string' && typeof right === 'string') {
    left = left.toLowerCase()
    right = right.toLowerCase()
  }
  if (filter.op === 'eq') return left === right
  if (filter.op === 'ne') return left !== right
  const sign = order(left, right)
  if (sign === undefined) return false
  return filter.op === 'gt' ? sign > 0 : filter.op === 'ge' ? sign >= 0 : filter.op === 'lt' ? sign < 0 : sign <= 0
}

function test(op: Test, left: unknown, right: unknown): boolean {
  if (typeof left !== 'string' || typeof right !== 'string') return false
  const text = left.toLowerCase()
  const piece = right.toLowerCase()
  return op === 'startswith' ? text.startsWith(piece) : op === 'endswith' ? text.endsWith(piece) : text.includes(piece)
}

/** Whether the thing whose properties `read` reads passes the filter. Text is compared without regard to case, as Graph does. */
export function matches(filter: Filter, read: ReadPath): boolean {
  switch (filter.op) {
    case 'and':
      return matches(filter.left, read) && matches(filter.right, read)
    case 'or':
      return matches(filter.left, read) || matches(filter.right, read)
    case 'not':
      return !matches(filter.of, read)
    case 'startswith':
    case 'endswith':
    case 'contains':
      return test(filter.op, readOperand(filter.left, read), readOperand(filter.right, read))
    case 'in':
      return filter.list.some((value) => compare({ op: 'eq', left: filter.left, right: value }, read))
    case 'any': {
      const values = read(filter.path)
      if (!Array.isArray(values)) return false
      return values.some((value) => matches(filter.of, (path) => inside(value, path, filter.variable)))
    }
    default:
      return compare(filter, read)
  }
}

function inside(value: unknown, path: string, variable: string): unknown {
  if (path === variable) return value
  return path.startsWith(`${variable}/`) ? readPath(value, path.slice(variable.length + 1)) : undefined
}

/** Walks `a/b/c` into a JSON value. */
export function readPath(value: unknown, path: string): unknown {
  let at: unknown = value
  for (const part of path.split('/')) {
    if (typeof at !== 'object' || at === null) return undefined
    at = Object.getOwnPropertyDescriptor(at, part)?.value
  }
  return at
}
