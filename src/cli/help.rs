//! The help and the usage errors in the user's language.
//!
//! Knows: clap's command tree and the table of words. Must not know: what a command does.

use std::collections::BTreeMap;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};
use serde::Deserialize;

use crate::diagnostic::{Lang, Text};
use crate::text;

use super::args::Cli;

const WORDS: &str = table!("help");
/// The name of the whole command in the table.
const ROOT: &str = "vanthu";
/// Where the options of every command begin among all options.
const GLOBALS: usize = 500;
/// Where help and version stand.
const HELP_LAST: usize = 900;

#[derive(Deserialize)]
struct Words {
    vi: Option<String>,
    en: Option<String>,
    #[serde(flatten)]
    arguments: BTreeMap<String, toml::Value>,
}

/// The words of one path in `lang`; empty where the table has none (a test looks for those).
struct Table(BTreeMap<String, Words>);

impl Table {
    fn load() -> Self {
        // The table is embedded; a test reads it. An unreadable one only means help without words.
        Self(serde_json::from_str(WORDS).unwrap_or_default())
    }

    fn command(&self, name: &str, lang: Lang) -> String {
        let words = self.0.get(name);
        words
            .and_then(|w| if lang == Lang::Vi { w.vi.clone() } else { w.en.clone() })
            .unwrap_or_default()
    }

    /// What stands for an option's value: `TỆP`. `None` leaves the name that is declared.
    fn value_name(&self, arg: &clap::Arg, lang: Lang) -> Option<String> {
        let declared = arg.get_value_names().and_then(|n| n.first()).map(ToString::to_string);
        let declared = declared.unwrap_or_else(|| arg.get_id().as_str().to_uppercase());
        Some(self.argument("values", &declared, lang)).filter(|name| !name.is_empty())
    }

    fn argument(&self, command: &str, name: &str, lang: Lang) -> String {
        let key = if lang == Lang::Vi { "vi" } else { "en" };
        [command, "global"]
            .iter()
            .filter_map(|c| self.0.get(*c)?.arguments.get(name)?.get(key)?.as_str())
            .next()
            .unwrap_or_default()
            .to_owned()
    }
}

fn template(lang: Lang, subcommands: bool) -> String {
    let (usage, commands, options) = match lang {
        Lang::Vi => ("Cách dùng", "Lệnh", "Tùy chọn"),
        Lang::En => ("Usage", "Commands", "Options"),
    };
    let list =
        if subcommands { format!("{commands}:\n{{subcommands}}\n\n") } else { String::new() };
    let positionals = if subcommands { "" } else { "{positionals}\n\n" };
    format!(
        "{{about-with-newline}}\n{usage}: {{usage}}\n\n{list}{positionals}{options}:\n{{options}}\n"
    )
}

fn localize(command: Command, table: &Table, path: &str, lang: Lang) -> Command {
    let names: Vec<String> = command.get_arguments().map(|a| a.get_id().to_string()).collect();
    let at_root = path == ROOT;
    let has_subcommands = command.get_subcommands().next().is_some();
    let has_positionals = command.get_positionals().next().is_some();
    let mut layout = template(lang, has_subcommands);
    if !has_positionals {
        layout = layout.replace("{positionals}\n\n", "");
    }
    let mut command =
        command.about(table.command(path, lang)).help_template(layout).disable_help_flag(true).arg(
            clap::Arg::new("help")
                .long("help")
                .short('h')
                .action(clap::ArgAction::Help)
                .display_order(HELP_LAST)
                .help(table.argument(path, "help", lang)),
        );
    if at_root {
        command = command.disable_version_flag(true).arg(
            clap::Arg::new("version")
                .long("version")
                .short('V')
                .action(clap::ArgAction::Version)
                .display_order(HELP_LAST)
                .help(table.argument(path, "version", lang)),
        );
    }
    for (order, name) in names.into_iter().enumerate() {
        let words = table.argument(path, &name, lang);
        command = command.mut_arg(name, |a| {
            // A command's own options stand first, those of every command below them.
            let a = a.help(words).display_order(if at_root { GLOBALS + order } else { order });
            if !a.get_action().takes_values() {
                return a;
            }
            let a = a.hide_default_value(true).hide_possible_values(true);
            match table.value_name(&a, lang) {
                Some(name) => a.value_name(name),
                None => a,
            }
        });
    }
    let children: Vec<String> =
        command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    for child in children {
        let below = below(path, &child);
        command = command.mut_subcommand(&child, |c| localize(c, table, &below, lang));
    }
    command
}

/// The path of a command in the table: `dossier-open` for one below another.
fn below(path: &str, child: &str) -> String {
    if path == ROOT { child.to_owned() } else { format!("{path}-{child}") }
}

/// The command tree with its help in `lang`.
pub fn command(lang: Lang) -> Command {
    let command = localize(Cli::command(), &Table::load(), ROOT, lang);
    if lang != Lang::Vi {
        return command;
    }
    let command = command.subcommand_value_name("LỆNH");
    command.mut_subcommands(|child| child.subcommand_value_name("LỆNH"))
}

/// Help as it is shown: the one word of the usage line that clap does not let be set.
pub fn shown(help: &str, lang: Lang) -> String {
    match lang {
        Lang::Vi => help.replacen("[OPTIONS]", "[TÙY CHỌN]", 1),
        Lang::En => help.to_owned(),
    }
}

/// The help to read after a usage error: `vanthu draft --help` where the command is known.
pub fn where_to_read(args: &[std::ffi::OsString]) -> Text {
    let tree = Cli::command();
    let name = args.iter().skip(1).filter_map(|a| a.to_str()).find_map(|a| {
        tree.get_subcommands()
            .find(|c| c.get_name() == a || c.get_all_aliases().any(|alias| alias == a))
            .map(|c| format!("{} ", c.get_name()))
    });
    let name = name.unwrap_or_default();
    text!("xem “vanthu {name}--help”", "see `vanthu {name}--help`")
}

/// The language asked for, found before the arguments are parsed so that a usage error speaks it too.
pub fn requested_language(args: &[std::ffi::OsString]) -> Lang {
    let mut after_lang = false;
    let mut asked = None;
    for arg in args.iter().skip(1).filter_map(|a| a.to_str()) {
        if after_lang {
            asked = Some(arg.to_owned());
        }
        after_lang = arg == "--lang";
        if let Some(value) = arg.strip_prefix("--lang=") {
            asked = Some(value.to_owned());
        }
    }
    match asked.or_else(|| std::env::var("VANTHU_LANG").ok()).as_deref() {
        Some("en") => Lang::En,
        _ => Lang::Vi,
    }
}

fn context(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(s)) => s.clone(),
        Some(ContextValue::Strings(many)) => many.join(", "),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// A usage error in both languages.
pub fn usage_error(error: &clap::Error) -> Text {
    let arg = context(error, ContextKind::InvalidArg);
    let value = context(error, ContextKind::InvalidValue);
    let valid = context(error, ContextKind::ValidValue);
    let sub = context(error, ContextKind::InvalidSubcommand);
    let mut message = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            text!("không có lệnh “{sub}”", "there is no command `{sub}`")
        }
        ErrorKind::UnknownArgument if !arg.starts_with('-') => {
            text!("thừa “{arg}”: lệnh không nhận thêm gì ở đây", "`{arg}` is one too many")
        }
        ErrorKind::UnknownArgument => {
            text!("không có tùy chọn “{arg}”", "there is no option `{arg}`")
        }
        ErrorKind::MissingRequiredArgument => text!("còn thiếu: {arg}", "missing: {arg}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            text!("chưa nói làm việc gì (lệnh nào)", "no command was given")
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            text!("“{arg}” cần một giá trị", "`{arg}` needs a value")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            text!("“{value}” không dùng được cho {arg}", "`{value}` does not fit {arg}")
        }
        ErrorKind::ArgumentConflict => {
            text!(
                "“{arg}” không đi cùng nhau hoặc bị ghi hai lần",
                "`{arg}` conflicts or is given twice"
            )
        }
        _ => {
            let detail = error.kind().as_str().unwrap_or("usage").to_owned();
            text!(
                "dòng lệnh sai ({detail}) {arg} {value}",
                "wrong command line ({detail}) {arg} {value}"
            )
        }
    };
    if error.kind() == ErrorKind::ValueValidation {
        let wanted = wanted(&arg);
        message.vi.push_str(&format!("; {}", wanted.vi));
        message.en.push_str(&format!("; {}", wanted.en));
    }
    if !valid.is_empty() {
        message.vi.push_str(&format!("; dùng được: {valid}"));
        message.en.push_str(&format!("; possible: {valid}"));
    }
    let near =
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
            .into_iter()
            .map(|k| context(error, k))
            .find(|s| !s.is_empty());
    if let Some(near) = near {
        message.vi.push_str(&format!("; có phải “{near}”?"));
        message.en.push_str(&format!("; did you mean `{near}`?"));
    }
    message
}

/// What an option takes that clap only knows how to parse.
fn wanted(arg: &str) -> Text {
    match arg.split(' ').next().unwrap_or(arg) {
        _ if arg.ends_with("<DATE>") || arg.ends_with("<NGÀY>") => text!(
            "cần một ngày có thật, viết như 05/3/2026 hoặc 2026-03-05",
            "a real day is wanted, written 05/3/2026 (5 March) or 2026-03-05"
        ),
        "--at" | "--shift" => text!(
            "cần hai số tính bằng mm, viết như 25,60",
            "two numbers of millimetres are wanted, written 25,60"
        ),
        "--priority" => text!(
            "dùng được: thuong, khan, thuong-khan, hoa-toc",
            "possible: thuong, khan, thuong-khan, hoa-toc"
        ),
        "--lang" => text!("dùng được: vi, en", "possible: vi, en"),
        "--max-duration" => text!("viết như 90s, 30m, 2h", "written 90s, 30m, 2h"),
        "--map" => text!("viết như ten=C", "written name=C"),
        _ => text!("cần một số nguyên", "a whole number is wanted"),
    }
}

/// True if the arguments call this command, under whichever of its names.
pub fn is_command(args: &[std::ffi::OsString], name: &str) -> bool {
    let parsed = Cli::command().ignore_errors(true).try_get_matches_from(args);
    parsed.is_ok_and(|m| m.subcommand_name() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(command: &Command, path: &str, table: &Table, missing: &mut Vec<String>) {
        for lang in [Lang::Vi, Lang::En] {
            if table.command(path, lang).is_empty() {
                missing.push(format!("{path} {lang:?}"));
            }
            for arg in command.get_arguments() {
                if table.argument(path, arg.get_id().as_str(), lang).is_empty() {
                    missing.push(format!("{path}.{} {lang:?}", arg.get_id()));
                }
            }
        }
        for child in command.get_subcommands() {
            walk(child, &below(path, child.get_name()), table, missing);
        }
    }

    #[test]
    fn every_command_and_argument_has_help_in_both_languages() {
        let mut missing = Vec::new();
        walk(&Cli::command(), "vanthu", &Table::load(), &mut missing);
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn the_tree_is_sound() {
        command(Lang::Vi).debug_assert();
    }
}
