//! `roledex doctor`: what is wrong, why, and what mends it.

mod nobody;

use std::io::{self, BufWriter, IsTerminal as _, Write as _};

use crate::cli::args::{DoctorArgs, FailOn, Format, Global};
use crate::cli::exit::Exit;
use crate::cli::get::{Rest, conclude, unconfigured};
use crate::cli::problem::Problem;
use crate::cli::progress::Line;
use crate::cli::setup::Setup;
use crate::model::Failure;
use crate::model::diagnosis::{Severity, Standing};
use crate::model::export::diagnosis::{document, sarif, text};
use crate::model::export::{json, yaml};
use crate::ops::diagnose::{self, DiagnosisRow};
use crate::ops::fleet::Selection;
use crate::runtime::{clock, terminal};
use nobody::Nobody;

/// Columns where nobody's terminal says how many there are.
const WIDTH: usize = 100;

pub(crate) async fn run(global: &Global, args: DoctorArgs) -> Result<Exit, Problem> {
    let format = format(global)?;
    let selection = Selection {
        clusters: args.cluster,
        namespaces: args.namespace,
        service_accounts: args.service_account,
    };
    let setup = Setup::new(global).await?;
    let resolved = setup.routes().await.map_err(unconfigured)?;
    let routes = resolved.routes.as_slice();
    let mut line = Line::new();
    let progress = |progress| line.show(progress);
    let harvest = if args.logs {
        diagnose::fleet_with_logs(&setup.cloud, routes, &selection, clock::now, progress).await
    } else {
        diagnose::fleet(&setup.cloud, routes, &selection, clock::now, progress).await
    };
    drop(line);
    let (mut rows, rest) = Rest::of(harvest);
    let read_any = !rows.is_empty();
    let nobody = Nobody::take(&selection, &mut rows);
    let unroutable = resolved.unroutable.into_iter().map(|scope| scope.failure);
    let unroutable: Vec<Failure> = unroutable.collect();
    let failures: Vec<Failure> = unroutable
        .iter()
        .chain(rest.faults.iter().map(|fault| &fault.failure))
        .cloned()
        .collect();
    print(&rows, &failures, args.logs, format)?;
    let read = conclude(unroutable, routes, rest, selection.clusters.len(), read_any);
    let read = match (nobody.report(), read) {
        (Some(Exit::Failed), _) => return Ok(Exit::Failed),
        (Some(worse), Exit::Done) => worse,
        (_, read) => read,
    };
    Ok(match read {
        Exit::Done | Exit::Partly if is_negative(&rows, args.fail_on) => Exit::Negative,
        other => other,
    })
}

/// What doctor prints; the other formats are for rows.
fn format(global: &Global) -> Result<Format, Problem> {
    if global.cached {
        return Err(Problem::usage("--cached goes with get and describe"));
    }
    match global.output {
        None | Some(Format::Table) => Ok(Format::Table),
        Some(format @ (Format::Json | Format::Yaml | Format::Sarif)) => Ok(format),
        Some(_) => Err(Problem::usage(
            "doctor prints as table, json, yaml or sarif",
        )),
    }
}

/// Whether something is found that is as bad as was asked for; what may be so, and what is not known, is not.
fn is_negative(rows: &[DiagnosisRow], fail_on: FailOn) -> bool {
    let least = match fail_on {
        FailOn::Warning => Severity::Warning,
        FailOn::Error => Severity::Error,
    };
    let mut findings = rows.iter().flat_map(|row| &row.diagnosis.findings);
    findings.any(|finding| finding.standing == Standing::Found && finding.severity >= least)
}

fn print(
    rows: &[DiagnosisRow],
    failures: &[Failure],
    are_logs_read: bool,
    format: Format,
) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let profile = |row: &DiagnosisRow| row.site.route.profile.clone();
    match format {
        Format::Json | Format::Yaml => {
            let documents = rows.iter();
            let documents = documents.map(|row| document(&row.diagnosis, profile(row).as_deref()));
            let documents = documents.collect();
            if format == Format::Json {
                writeln!(out, "{}", json::pretty(&documents))?;
            } else {
                out.write_all(yaml::document(&documents).as_bytes())?;
            }
        }
        Format::Sarif => {
            let diagnoses = rows.iter().map(|row| &row.diagnosis);
            let log = sarif::log(diagnoses, failures, env!("CARGO_PKG_VERSION"));
            writeln!(out, "{}", json::pretty(&log))?;
        }
        _ => {
            let width = width();
            for (index, row) in rows.iter().enumerate() {
                if index > 0 {
                    writeln!(out)?;
                }
                for line in text::lines(
                    &row.diagnosis,
                    profile(row).as_deref(),
                    are_logs_read,
                    width,
                ) {
                    writeln!(out, "{line}")?;
                }
            }
        }
    }
    out.flush()
}

/// As wide as the terminal, but no line so long that nobody finds its end again.
fn width() -> usize {
    if !io::stdout().is_terminal() {
        return WIDTH;
    }
    match terminal::columns().map_or(0, usize::from) {
        0 => WIDTH,
        columns => columns.min(WIDTH + 20),
    }
}
