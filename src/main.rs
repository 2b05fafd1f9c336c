use std::process::ExitCode;

fn main() -> ExitCode {
    roledex::cli::main()
}
