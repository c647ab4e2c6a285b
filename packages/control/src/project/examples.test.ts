import { readdirSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endpointName, kindsOf } from '@offramp/catalog'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { readMappings } from '../mappings/read-mappings.ts'
import { PROJECT_SCHEMA, readProject } from './read-project.ts'

const FOLDER = fileURLToPath(new URL('../../../../config/examples', import.meta.url))
const projects = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))

it('the schema is one, by the schema of schemas: nobody asks again when a project is read', () => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, discriminator: true, validateSchema: true })
  ajv.addVocabulary(['patternErrorMessage', 'errorMessage'])
  const schema: object = JSON.parse(readFileSync(PROJECT_SCHEMA, 'utf8'))
  expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true)
  expect(() => ajv.compile({ ...schema, $id: 'broken', required: 'project' })).toThrow('required')
})

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
