//! The command line as clap knows it, with the formats that each command prints.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Arg, Command, CommandFactory as _, ValueEnum as _};

use crate::cli::args::{Cli, Format};

/// What a command prints; commands that are not named have every format but [`Format::Sarif`].
///
/// The option is one for all of them, and so that its help promises no more than is kept, it is made anew here.
const PRINTED: [(&[&str], &[Format]); 12] = [
    (&["get"], EVERY_BUT_SARIF),
    (&["describe"], EVERY_BUT_SARIF),
    (
        &["doctor"],
        &[Format::Table, Format::Json, Format::Yaml, Format::Sarif],
    ),
    (&["set-role"], TOLD),
    (&["create", "association"], TOLD),
    (&["delete", "association"], TOLD),
    (&["move", "association"], TOLD),
    (&["tag"], TOLD),
    (&["undo"], TOLD),
    (&["redo"], TOLD),
    (&["test"], TOLD),
    (&["journal"], &[Format::Table, Format::Json, Format::Yaml]),
];

/// Of changes and tests: for people, or for programs.
const TOLD: &[Format] = &[Format::Table, Format::Json];

const EVERY_BUT_SARIF: &[Format] = &[
    Format::Table,
    Format::Wide,
    Format::Json,
    Format::Yaml,
    Format::Csv,
    Format::Name,
    Format::Terraform,
    Format::AwsCli,
    Format::Eksctl,
];

/// The whole command line.
pub(super) fn command() -> Command {
    PRINTED
        .iter()
        .fold(Cli::command(), |command, (path, formats)| {
            within(command, path, formats)
        })
}

fn within(command: Command, path: &[&str], formats: &'static [Format]) -> Command {
    match path {
        [] => command.arg(output(formats)),
        [name, rest @ ..] => {
            command.mut_subcommand(*name, |command| within(command, rest, formats))
        }
    }
}

fn output(formats: &'static [Format]) -> Arg {
    let values = formats.iter().filter_map(Format::to_possible_value);
    let parser = PossibleValuesParser::new(values).try_map(|word| Format::from_str(&word, false));
    Arg::new("output")
        .short('o')
        .long("output")
        .value_name("FORMAT")
        .help("How to print")
        .value_parser(parser)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::FromArgMatches as _;

    fn read(words: &[&str]) -> Result<Option<Format>, clap::Error> {
        let matches = command().try_get_matches_from(words)?;
        Ok(Cli::from_arg_matches(&matches)?.global.output)
    }

    #[test]
    fn commands_are_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn formats_are_those_of_the_command() {
        for (words, expected) in [
            (
                &["roledex", "get", "pia", "-o", "csv"][..],
                Some(Format::Csv),
            ),
            (&["roledex", "-o", "csv", "get", "pia"], Some(Format::Csv)),
            (&["roledex", "get", "pia"], None),
            (&["roledex", "journal", "-o", "yaml"], Some(Format::Yaml)),
            (&["roledex", "undo", "-o", "json"], Some(Format::Json)),
            (&["roledex", "doctor", "-o", "sarif"], Some(Format::Sarif)),
        ] {
            assert_eq!(read(words).unwrap(), expected, "{words:?}");
        }
        for words in [
            &["roledex", "journal", "-o", "csv"][..],
            &["roledex", "undo", "-o", "yaml"],
            &["roledex", "get", "pia", "-o", "sarif"],
        ] {
            assert!(read(words).is_err(), "{words:?}");
        }
    }

    /// What the help of a command offers is what it takes.
    #[test]
    fn help_lists_no_other_formats() {
        let mut command = command();
        command.build();
        let undo = command.find_subcommand_mut("undo").unwrap();
        let help = undo.render_long_help().to_string();
        assert!(help.contains("json") && !help.contains("csv"), "{help}");
    }
}
