import { EXIT, type ExitCode, errorText, exitCodeOf } from '@offramp/control'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { checkCommand } from './commands/check.ts'
import { discoverCommand } from './commands/discover.ts'
import { type ExposureCommandOptions, exposureCommand } from './commands/exposure.ts'
import { pauseCommand, resumeCommand, retryCommand } from './commands/hold.ts'
import { initCommand } from './commands/init.ts'
import { type LinksCommandOptions, linksCommand } from './commands/links.ts'
import { type NamesCommandOptions, namesCommand } from './commands/names.ts'
import { rebuildCommand } from './commands/rebuild.ts'
import { runCommand } from './commands/run.ts'
import { type SettingsCommandOptions, settingsCommand } from './commands/settings.ts'
import { type SharesCommandOptions, sharesCommand } from './commands/shares.ts'
import { statusCommand } from './commands/status.ts'
import { type ReportFormat, reportCommand, verifyCommand } from './commands/verify.ts'
import type { Common, Context } from './context.ts'

const EXIT_HELP = `
Exit codes:
  0    done; where accounts were compared, every item is accounted for and none failed
  1    items failed, are unexplained or stand twice
  2    the command line, the project file, the table or a secret's reference cannot be used
  3    an end or Redis cannot be reached or refuses the credentials; or accounts are halted
  4    this Redis would lose the books (it evicts, or does not write to disk)
  5    the pass was paused or held before its end
  70   a bug of Offramp's
  130  interrupted (Ctrl-C); the pass is paused and goes on with the same command`

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`a whole number from ${least} to ${most}`)
  }

const share = (text: string): number => {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 1) return value
  throw new InvalidArgumentError('a share from 0 to 1')
}

/** What a command's action leaves behind: the exit code of the process. */
class Outcome {
  code: ExitCode = EXIT.balanced

  /** An action for commander from a command of ours. */
  of<Args extends readonly unknown[]>(command: (...args: Args) => Promise<ExitCode>): (...args: Args) => Promise<void> {
    return async (...args) => {
      this.code = await command(...args)
    }
  }
}

/** Files in the order in which they were named. Commander gives the default as what was there before the first. */
const DEFAULT_PROJECTS: readonly string[] = ['offramp.yaml']
const further = (file: string, before: readonly string[]): readonly string[] => (before === DEFAULT_PROJECTS ? [file] : [...before, file])

const projectOption = (says: string): Option =>
  new Option('-p, --project <file>', says).default(DEFAULT_PROJECTS, DEFAULT_PROJECTS[0]).argParser(further)

/** For a command that works on one project: naming two is a mistake, and not a choice of the last. */
const onlyOne = (): Option => {
  let named = false
  return new Option('-p, --project <file>', 'the project file').default(DEFAULT_PROJECTS[0]).argParser((file: string) => {
    if (named) throw new InvalidArgumentError('this command takes one project at a time')
    named = true
    return file
  })
}

/** A command with the options that all share. */
function verb(program: Command, name: string, says: string, examples: string, project = onlyOne()): Command {
  return program
    .command(name)
    .description(says)
    .addOption(project)
    .option('--json', 'for machines: JSON, one value a line', false)
    .addHelpText('after', `\nExamples:\n${examples}`)
}

function addLooking(program: Command, context: Context, outcome: Outcome): void {
  program
    .command('init')
    .description('make a project to fill in')
    .argument('[folder]', 'where', '.')
    .option('--json', 'for machines', false)
    .addHelpText('after', '\nExamples:\n  offramp init acme')
    .action(outcome.of((folder: string, { json }: { json: boolean }) => initCommand(context, folder, json)))
  verb(
    program,
    'check',
    'look for everything that could stop the run, at both ends; moves nothing',
    '  offramp check -p acme/offramp.yaml',
  ).action(outcome.of((options: Common) => checkCommand(context, options)))
  verb(
    program,
    'discover',
    'list the accounts of the source with items and bytes in every folder',
    '  offramp discover --json > accounts.ndjson',
  ).action(outcome.of((options: Common) => discoverCommand(context, options)))
  verb(
    program,
    'status',
    'how everything stands now: accounts, rates, what is waited for, workers',
    '  offramp status\n  offramp status --json',
  )
    .option('--brief', 'one line', false)
    .action(outcome.of((options: Common & { brief: boolean }) => statusCommand(context, options)))
}

interface RunFlags {
  readonly project: readonly string[]
  readonly json: boolean
  readonly workers: number | boolean
  readonly detach: boolean
  readonly verify: boolean
  readonly sample?: number
}

function addSettings(program: Command, context: Context, outcome: Outcome): void {
  const named = (name: string, before: readonly string[]): readonly string[] => [...before, name]
  verb(
    program,
    'settings',
    'export filters, automatic replies and the like as files: JSON, and Sieve for the new server; changes nothing anywhere',
    '  offramp settings\n  offramp settings --account anna@contoso.example --out /tmp/settings\n  offramp settings --with-forwarding',
  )
    .addOption(
      new Option('--account <name>', 'only this account of the table; may be given several times').default([], 'all').argParser(named),
    )
    .option('--out <folder>', 'where the files go (settings, beside the project file)')
    .option('--with-forwarding', 'let the scripts forward mail; otherwise forwarding is written as comments', false)
    .action(outcome.of((options: SettingsCommandOptions) => settingsCommand(context, options)))
  verb(
    program,
    'shares',
    'list who may see or change whose calendars and files at the source; with --apply, give the same between the moved accounts',
    '  offramp shares\n  offramp shares --apply        # after offramp run, when all people are there; nobody is mailed\n  offramp shares --apply --links --outsiders',
  )
    .option('--apply', 'give them at the destination; otherwise nothing is written', false)
    .option('--links', 'files: also what anybody, or the organisation, may open by an address: as links with a password and an end', false)
    .option('--outsiders', 'files: also people outside the organisation, as shares by mail address with a password', false)
    .option('--now', 'files: also of accounts that are still moving, or were not verified', false)
    .option('--passwords <file>', 'where the passwords go (.offramp/share-passwords.csv, beside the project file)')
    .action(outcome.of((options: SharesCommandOptions) => sharesCommand(context, options)))
}

const SHAPES = ['text', 'csv', 'json'] as const

function addFiles(program: Command, context: Context, outcome: Outcome): void {
  const outOption = (): Option => new Option('--out <file>', 'write it there, readable by you alone, instead of to the terminal')
  verb(
    program,
    'exposure',
    'before anything moves: which files anybody, people outside, or the whole organisation can reach, and whose owners are gone',
    '  offramp exposure\n  offramp exposure --format csv --out exposure.csv',
  )
    .addOption(new Option('--format <format>', 'how').choices(SHAPES).default('text'))
    .addOption(outOption())
    .action(outcome.of((options: ExposureCommandOptions) => exposureCommand(context, options)))
  verb(
    program,
    'names',
    'which files and folders are called otherwise at the destination, before or after they have moved',
    '  offramp names\n  offramp names --format csv --out names.csv',
  )
    .addOption(new Option('--format <format>', 'how').choices(SHAPES).default('text'))
    .addOption(outOption())
    .action(outcome.of((options: NamesCommandOptions) => namesCommand(context, options)))
  verb(
    program,
    'links',
    'old and new address of every file: as a table, or as redirects for nginx or Apache',
    '  offramp links --out links.csv\n  offramp links --format nginx --out redirects.map',
  )
    .addOption(new Option('--format <format>', 'how').choices(['csv', 'json', 'nginx', 'apache']).default('csv'))
    .addOption(outOption())
    .action(outcome.of((options: LinksCommandOptions) => linksCommand(context, options)))
}

function addMoving(program: Command, context: Context, outcome: Outcome): void {
  const examples =
    '  offramp run\n  offramp run --workers 4\n  offramp run -p a/offramp.yaml -p b/offramp.yaml   # both at once, with the same workers\n  offramp run --no-workers      # workers run elsewhere\n  offramp run --detach          # only plan and wake; look with offramp status'
  const projects = projectOption('the project file; once more for each further project, which all share the workers')
  verb(program, 'run', 'move everything, then compare both ends and report; run again for what has changed since', examples, projects)
    .addOption(new Option('--workers <n>', 'worker processes on this machine').default(2).argParser(wholeNumber(1, 64)))
    .option('--no-workers', 'start none: they run elsewhere')
    .option('--detach', 'plan, wake the workers that run elsewhere, and return', false)
    .option('--no-verify', 'do not compare at the end')
    .addOption(new Option('--sample <share>', 'share of the items whose content is read back').argParser(share))
    .action(
      outcome.of(({ workers, project, ...options }: RunFlags) =>
        runCommand(context, { ...options, projects: project, workers: typeof workers === 'number' && !options.detach ? workers : 0 }),
      ),
    )
  verb(program, 'pause', 'let workers finish what they are writing, and rest', '  offramp pause').action(
    outcome.of((options: Common) => pauseCommand(context, options)),
  )
  verb(program, 'resume', 'go on after a pause', '  offramp resume').action(
    outcome.of((options: Common) => resumeCommand(context, options)),
  )
  verb(program, 'retry', 'try failed items and halted accounts again, and nothing else', '  offramp retry && offramp run').action(
    outcome.of((options: Common) => retryCommand(context, options)),
  )
}

function addProving(program: Command, context: Context, outcome: Outcome): void {
  verb(program, 'verify', 'compare both ends item by item and report', '  offramp verify\n  offramp verify --deep')
    .addOption(new Option('--sample <share>', 'share of the items whose content is read back').argParser(share))
    .addOption(new Option('--deep', 'read back all').implies({ sample: 1 }))
    .action(outcome.of((options: Common & { sample?: number }) => verifyCommand(context, options)))
  verb(program, 'report', 'show the newest report again', '  offramp report\n  offramp report --format csv > report.csv')
    .addOption(new Option('--format <format>', 'how').choices(['text', 'json', 'csv']).default('text'))
    .action(
      outcome.of((options: Common & { format: ReportFormat }) =>
        reportCommand(context, { ...options, format: options.json ? 'json' : options.format }),
      ),
    )
  verb(
    program,
    'rebuild',
    'after a lost Redis: write the books anew from both ends; copies nothing',
    '  offramp pause && offramp rebuild && offramp run',
  ).action(outcome.of((options: Common) => rebuildCommand(context, options)))
}

function addWorker(program: Command, startWorker: StartWorker, outcome: Outcome): void {
  program
    .command('worker')
    .description('be a worker: takes lanes from the queue and moves them, until it is stopped')
    .addOption(projectOption('the project file; once more for each further project, which all share this process'))
    .addOption(new Option('--concurrency <n>', 'accounts moved at once, of all projects together').argParser(wholeNumber(1, 64)))
    .addOption(new Option('--grace-seconds <n>', 'how long a write may take to settle when it is stopped').argParser(wholeNumber(1, 3600)))
    .option('--name <name>', 'what it is called in the live view (its host and process id)')
    .option('--log-file <file>', 'write the log there instead of to stderr')
    .option('--alive-file <file>', 'touch this file every few seconds, for health checks')
    .addHelpText(
      'after',
      '\nExamples:\n  offramp worker -p /project/offramp.yaml --concurrency 8\n  offramp worker -p a/offramp.yaml -p b/offramp.yaml   # serves both projects',
    )
    .action(
      outcome.of((options: Readonly<Record<string, string | number | readonly string[] | undefined>>) => {
        const args = Object.entries(options).flatMap(([name, value]) => {
          const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
          return [value ?? []].flat().flatMap((one) => [option, String(one)])
        })
        return startWorker(args)
      }),
    )
}

/** Runs a worker process in the foreground and resolves with its exit code. */
export type StartWorker = (args: readonly string[]) => Promise<ExitCode>

/** The whole command line. Resolves with the exit code; never throws. */
export async function runProgram(args: readonly string[], context: Context, startWorker: StartWorker): Promise<ExitCode> {
  const { terminal } = context
  const outcome = new Outcome()
  const program = new Command('offramp')
    .description(
      'Moves mail, calendars, contacts, tasks and files off Microsoft 365 and Google Workspace to servers that you choose, and proves what it moved.',
    )
    .version('0.1.0')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .addHelpText('after', EXIT_HELP)
  addLooking(program, context, outcome)
  addSettings(program, context, outcome)
  addFiles(program, context, outcome)
  addMoving(program, context, outcome)
  addProving(program, context, outcome)
  addWorker(program, startWorker, outcome)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return outcome.code
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.balanced : EXIT.input
    if (context.interrupted.aborted) return EXIT.interrupted
    terminal.err(`${errorText(thrown, terminal.debug)}\n`)
    return exitCodeOf(thrown)
  }
}
