//! The command line: arguments in, report out, exit code. One file a command.
//!
//! Knows: terminals, arguments, exit codes. Must not know: XML, SQL, the decree.

mod acts;
mod args;
mod award;
mod backup;
mod book;
mod campaign;
mod certificate;
mod check;
mod checkpoint;
mod dossier;
mod draft;
mod exit;
mod explain;
mod find;
mod help;
mod init;
mod issue;
mod keys;
mod list;
mod new;
mod paper;
mod progress;
mod proof;
mod rebuild;
mod receive;
mod repair;
mod report;
mod reprint;
mod run;
mod template;
mod verify;
mod voucher;
mod yearly;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

pub use exit::Exit;

use crate::diagnostic::{Failure, FailureKind, Lang, Place};
use crate::pipeline::{Workspace, find_office};
use crate::text;
use crate::world::{System, World};

use args::{Cli, Command, Global};
use report::Ui;

/// Runs the program with its arguments. All output was handed over when it returns.
pub fn main(args: impl Iterator<Item = OsString>) -> Exit {
    let args: Vec<OsString> = args.collect();
    let lang = help::requested_language(&args);
    let mut out = io::BufWriter::new(Pipe { inner: io::stdout(), is_closed: false });
    let mut err = io::stderr();
    let exit = dispatch(&args, lang, &mut out, &mut err);
    // A result that nobody could read was not delivered. Of a check that is all there is; other
    // commands have done their work, and whoever closed the pipe has seen enough.
    match out.flush() {
        Ok(()) if out.get_ref().is_closed && help::is_command(&args, "verify") => {
            Exit::Failed.max(exit)
        }
        Ok(()) => exit,
        Err(_) => Exit::Failed.max(exit),
    }
}

/// An output whose reader may leave early (`vanthu book outgoing | head`). What the reader does not
/// want is dropped without a word: the work was done all the same, and the status must say so.
struct Pipe<W> {
    inner: W,
    is_closed: bool,
}

impl<W: Write> Pipe<W> {
    fn unless_closed<T>(&mut self, instead: T, result: io::Result<T>) -> io::Result<T> {
        match result {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(instead)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for Pipe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed {
            return Ok(bytes.len());
        }
        let result = self.inner.write(bytes);
        self.unless_closed(bytes.len(), result)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_closed {
            return Ok(());
        }
        let result = self.inner.flush();
        self.unless_closed((), result)
    }
}

/// Reads the arguments. The words of the help are fetched only for those who will read them.
fn parse(args: &[OsString], lang: Lang) -> Result<Cli, clap::Error> {
    let read = |tree: clap::Command| {
        tree.try_get_matches_from(args).and_then(|m| Cli::from_arg_matches(&m))
    };
    match read(Cli::command()) {
        Err(e) if e.kind() != ErrorKind::DisplayVersion => read(help::command(lang)),
        other => other,
    }
}

/// Parses and runs; never exits the process.
fn dispatch(args: &[OsString], lang: Lang, out: &mut dyn Write, err: &mut dyn Write) -> Exit {
    let cli = match parse(args, lang) {
        Ok(cli) => cli,
        Err(e) if matches!(e.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return match write!(out, "{}", help::shown(&e.to_string(), lang)) {
                Ok(()) => Exit::Clean,
                Err(_) => Exit::Failed,
            };
        }
        Err(e) => {
            if e.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                || e.kind() == ErrorKind::MissingSubcommand
            {
                let text = help::command(lang).render_help().to_string();
                let _ = write!(err, "{}\n\n", help::shown(&text, lang));
            }
            let failure = Failure::new(FailureKind::Usage, Place::default(), help::usage_error(&e))
                .hint(help::where_to_read(args));
            let _ = err.write_all(report::render_failure(&failure, lang).as_bytes());
            return Exit::Failed;
        }
    };
    let lang = cli.global.lang.unwrap_or(lang);
    let mut ui = Ui { lang, out, err, quiet: cli.global.quiet };
    let json = cli.command.wants_json();
    match run_command(cli, &mut ui) {
        Ok(exit) => exit,
        // Whoever closed the pipe does not want to read more; the exit code still says that not all was printed.
        Err(failure) if is_closed_pipe(&failure) => failure.kind.into(),
        Err(failure) => {
            let text = report::render_failure(&failure, lang);
            let _ = ui.err.write_all(text.as_bytes());
            if json && writeln!(ui.out, "{:#}", report::json_failure(&failure, lang)).is_err() {
                return Exit::Failed;
            }
            failure.kind.into()
        }
    }
}

fn run_command(cli: Cli, ui: &mut Ui<'_>) -> crate::diagnostic::Result<Exit> {
    let world = System::new(cli.global.today);
    let global = cli.global;
    match cli.command {
        Command::Init { dir } => init::run(&world, &dir, ui),
        Command::New { kind, out } => {
            new::run(&world, &global, kind.as_deref(), out.as_deref(), ui)
        }
        Command::Template { action, template, out, format } => {
            template::run(&world, action, &template, out.as_deref(), format, ui)
        }
        Command::Explain { code } => explain::run(code.as_deref(), ui),
        Command::Draft { sources, data, out, format } => draft::run(
            open(&world, &global, sources.first(), ui)?,
            &sources,
            &data,
            out.as_deref(),
            format,
            ui,
        ),
        Command::Check { files, data, format } => {
            check::run(open(&world, &global, files.first(), ui)?, &files, &data, format, ui)
        }
        Command::Issue { sources, data, date, out, dry_run, wait, json } => {
            let workspace = open(&world, &global, sources.first(), ui)?;
            issue::run(
                workspace,
                issue::Request { sources, data, date, out, dry_run, wait, json },
                ui,
            )
        }
        Command::Receive(args) => {
            let first = args.files.first().or(args.sheet.as_ref()).cloned();
            receive::run(open_around(&world, &global, first.as_ref(), ui)?, *args, ui)
        }
        Command::Reprint { codes, slip, skip, out } => {
            let workspace = open_to_read(&world, &global, ui)?;
            let wanted = crate::pipeline::intake::Wanted { slips: slip, skip };
            reprint::run(workspace, &codes, wanted, out, ui)
        }
        Command::Award { list, decision, date, form, council, sheet, dry_run, wait, json } => {
            let workspace = open_around(&world, &global, Some(&list), ui)?;
            let request =
                award::Request { list, decision, date, form, council, sheet, dry_run, wait, json };
            award::run(workspace, request, ui)
        }
        Command::List(args) => {
            let first = args.files.first().cloned();
            list::run(open_around(&world, &global, first.as_ref(), ui)?, &args, ui)
        }
        Command::Run { job, step, dry_run, keep_going, again, wait, json } => {
            let workspace = open(&world, &global, Some(&job), ui)?;
            if campaign::is_asked(workspace, &job, &step, keep_going)? {
                let request = campaign::Request { job, steps: step, again, dry_run, wait, json };
                return campaign::run(workspace, &request, ui);
            }
            run::run(workspace, run::Request { job, dry_run, keep_going, again, wait, json }, ui)
        }
        Command::Campaign { action: args::CampaignAction::Status { job, format } } => {
            let workspace = open(&world, &global, job.as_ref(), ui)?;
            campaign::status(workspace, job.as_deref(), format == args::Shape::Json, ui)
        }
        Command::Book { kind, which, text, format, out, pages_per_volume, first_volume } => {
            let workspace = open_to_read(&world, &global, ui)?;
            let volumes = (pages_per_volume, first_volume);
            book::run(workspace, book::Request { kind, which, text, format, out, volumes }, ui)
        }
        Command::Rebuild { out, wait, format } => {
            let dir = global.office.clone().unwrap_or_else(|| Path::new(".").to_path_buf());
            if crate::pipeline::recover_config(&world, &dir)? {
                ui.remark(&text!(
                    "đã lập lại vanthu.toml từ nhật trình của kho",
                    "vanthu.toml was made again from the archive's journal"
                ));
            }
            let workspace = open_to_read(&world, &global, ui)?;
            rebuild::run(workspace, out.as_deref(), wait, format, ui)
        }
        Command::Backup { to, with_key, wait, format } => {
            let workspace = open_to_read(&world, &global, ui)?;
            let wait = std::time::Duration::from_secs(wait);
            let request = crate::pipeline::BackupRequest { to, with_key, wait };
            backup::run(workspace, &request, format, ui)
        }
        Command::Restore { accept, wait, format } => {
            let workspace = open_to_read(&world, &global, ui)?;
            backup::go_on(workspace, accept, wait, format, ui)
        }
        Command::Repair { from, year, number, dry_run, accept_parts, wait, format } => {
            let workspace = open_to_read(&world, &global, ui)?;
            let wait = std::time::Duration::from_secs(wait);
            let request = crate::pipeline::RepairRequest {
                from,
                year,
                code: number,
                dry_run,
                accept_parts,
                wait,
            };
            repair::run(workspace, &request, format, ui)
        }
        Command::Deed(deed) if deed.only_reads() => {
            acts::run(open_to_read(&world, &global, ui)?, deed, ui)
        }
        Command::Deed(deed) => {
            let workspace = match deed.stranger() {
                Some(file) => open_around(&world, &global, Some(file), ui)?,
                None => open(&world, &global, deed.file(), ui)?,
            };
            acts::run(workspace, deed, ui)
        }
        Command::Dossier { action } => {
            let workspace = open_to_read(&world, &global, ui)?;
            dossier::run(workspace, action, ui)
        }
        Command::Report { year, format, out } => {
            let workspace = open_to_read(&world, &global, ui)?;
            yearly::run(workspace, year, format, out.as_deref(), ui)
        }
        Command::Find { words, book, which, limit, format } => {
            let workspace = open_to_read(&world, &global, ui)?;
            find::run(workspace, find::Request { words, book, which, limit, format }, ui)
        }
        Command::Verify(request) => {
            let workspace = open_to_read(&world, &global, ui)?;
            verify::run(workspace, &request, ui)
        }
        Command::Proof { code, year, out } => {
            let workspace = open_to_read(&world, &global, ui)?;
            proof::write(workspace, &code, year, out.as_deref(), ui)
        }
        Command::Certificate { action } => {
            let workspace = open(&world, &global, None, ui)?;
            certificate::run(workspace, action, ui)
        }
        Command::Prove(request) => match request.qr.clone() {
            Some(line) => voucher::check(&world, &global, &line, &request, ui),
            None => proof::check(&world, &global, *request, ui),
        },
        Command::Checkpoint { out } => {
            let workspace = open_to_read(&world, &global, ui)?;
            checkpoint::run(workspace, out.as_deref(), ui)
        }
        Command::Keys { action, lost, wait } => {
            let workspace = open_to_read(&world, &global, ui)?;
            keys::run(workspace, action, lost, wait, ui)
        }
    }
}

/// An office that stays open until the process ends: to take it apart piece by piece would be of no use to anybody.
fn kept(workspace: Workspace<'_>) -> &Workspace<'_> {
    Box::leak(Box::new(workspace))
}

/// Opens the office: the one named, the one that holds the first file, or the one around the current folder.
fn open<'w>(
    world: &'w dyn World,
    global: &Global,
    first: Option<&std::path::PathBuf>,
    ui: &mut Ui<'_>,
) -> crate::diagnostic::Result<&'w Workspace<'w>> {
    let from = first.map_or_else(|| Path::new(".").to_path_buf(), |f| crate::world::parent_of(f));
    let dir = find_office(world, global.office.as_deref(), &from)
        .or_else(|e| find_office(world, global.office.as_deref(), Path::new(".")).map_err(|_| e))?;
    let workspace = Workspace::open(world, &dir, world.today())?;
    sound(&workspace, ui)?;
    Ok(kept(workspace))
}

/// Opens the office for files that others made: the one named, the one around the current folder, or the one that
/// holds the first file. What came in may well lie in the folder of the office that sent it.
fn open_around<'w>(
    world: &'w dyn World,
    global: &Global,
    first: Option<&std::path::PathBuf>,
    ui: &mut Ui<'_>,
) -> crate::diagnostic::Result<&'w Workspace<'w>> {
    let here = find_office(world, global.office.as_deref(), Path::new(".")).is_ok();
    open(world, global, first.filter(|_| !here), ui)
}

/// Opens the office to read its book or check its archive: an error in the configuration is told, but
/// it is no reason not to look at what is registered and filed.
fn open_to_read<'w>(
    world: &'w dyn World,
    global: &Global,
    ui: &mut Ui<'_>,
) -> crate::diagnostic::Result<&'w Workspace<'w>> {
    let dir = find_office(world, global.office.as_deref(), Path::new("."))?;
    let workspace = Workspace::open(world, &dir, world.today())?;
    ui.findings(&workspace.findings);
    Ok(kept(workspace))
}

/// A configuration with errors stops every command that makes documents; all its findings are shown first.
fn sound(workspace: &Workspace<'_>, ui: &mut Ui<'_>) -> crate::diagnostic::Result<()> {
    ui.findings(&workspace.findings);
    if !crate::diagnostic::blocks(&workspace.findings) {
        return Ok(());
    }
    let path = workspace.dir.join(crate::pipeline::OFFICE_FILE);
    Err(Failure::new(
        FailureKind::Config,
        Place::file(path.display().to_string()),
        text!("cấu hình của cơ quan còn lỗi", "the office's configuration has errors"),
    )
    .hint(text!("sửa các lỗi kể trên", "mend the errors named above")))
}

/// What a closed standard output is called inside a failure.
const CLOSED_PIPE: &str = "(stdout)";

fn is_closed_pipe(failure: &Failure) -> bool {
    failure.place.item.as_deref() == Some(CLOSED_PIPE)
}

/// A failure to write the result to standard output.
pub(crate) fn output_failure(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        let place = Place::default().item(CLOSED_PIPE);
        return Failure::new(
            FailureKind::Output,
            place,
            text!("đầu ra đã đóng", "the output is closed"),
        );
    }
    Failure::new(
        FailureKind::Output,
        Place::default(),
        text!("không in được kết quả: {error}", "the result cannot be printed: {error}"),
    )
}
