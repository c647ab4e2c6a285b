import { readdirSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endpointName, kindsOf } from '@offramp/catalog'
import { describe, expect, it } from 'vitest'
import { readMappings } from '../mappings/read-mappings.ts'
import { PROJECT_SCHEMA, readProject } from './read-project.ts'

const FOLDER = fileURLToPath(new URL('../../../../config/examples', import.meta.url))
const projects = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))

describe('every example', () => {
  it('is there', () => expect(projects.length).toBeGreaterThan(2))

  it.each(projects)('%s is a project, with a table and a schema for editors', (name) => {
    const path = resolve(FOLDER, name)
    const text = readFileSync(path, 'utf8')
    const project = readProject(text, name)
    const schema = /^# yaml-language-server: \$schema=(.+)$/m.exec(text)?.[1] ?? ''
    expect(resolve(dirname(path), schema)).toBe(PROJECT_SCHEMA)
    const table = readMappings(readFileSync(resolve(FOLDER, project.mappings)), {
      file: project.mappings,
      endpoints: project.destinations.map((one) => ({ name: endpointName(one), kinds: kindsOf(one) })),
    })
    expect(table.mappings.length).toBeGreaterThan(1)
    expect(table.warnings).toEqual([])
  })
})
