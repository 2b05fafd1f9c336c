//! The one table of commands.

use std::fmt;

/// Where a command can be given. Keys may repeat across contexts that are never active together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Active under every other context.
    Everywhere,
    /// The panes, while nothing lies over them.
    Main,
    /// A text view, such as describe or help.
    Text,
    /// A list to choose from.
    Menu,
    /// A line that is being typed, such as the filter.
    Prompt,
    /// A question with buttons.
    Dialog,
    /// The fields of a change, one line each.
    Form,
    /// A field of several lines.
    Editor,
    /// A change as it would be made, before it is.
    Review,
    /// The changes that were made.
    History,
    /// What is wrong with a row, or whom a role reaches.
    Explanation,
    /// Something that is being done, step by step, and what came of it.
    Progress,
}

/// How help sorts the commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    Move,
    Look,
    Arrange,
    Load,
    Change,
    Copy,
    Type,
    Program,
}

impl Group {
    pub const ALL: [Self; 8] = [
        Self::Move,
        Self::Look,
        Self::Arrange,
        Self::Load,
        Self::Change,
        Self::Copy,
        Self::Type,
        Self::Program,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Look => "Look closer",
            Self::Arrange => "Arrange",
            Self::Load => "Load",
            Self::Change => "Change",
            Self::Copy => "Copy",
            Self::Type => "Type",
            Self::Program => "Program",
        }
    }
}

/// Writes the enum, the list and every property from one row a command.
///
/// A row: variant, name, group, label for the footer, sentence for help, contexts, default keys, and the
/// rank in the footer (higher stays longer when room runs out; 0 is never shown there).
macro_rules! commands {
    ($($variant:ident $name:literal $group:ident $label:literal $sentence:literal [$($context:ident)+] [$($key:literal)*] $rank:literal;)+) => {
        /// Everything that a key can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Command { $(#[doc = $sentence] $variant),+ }

        impl Command {
            /// In the order of the table, which is the order of help.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in the configuration file and the palette.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            pub fn group(self) -> Group {
                match self { $(Self::$variant => Group::$group),+ }
            }

            /// One or two words for the footer.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            /// One sentence for help and the palette.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence),+ }
            }

            pub fn contexts(self) -> &'static [Context] {
                match self { $(Self::$variant => &[$(Context::$context),+]),+ }
            }

            /// Keys as the user would write them in the configuration file.
            pub fn default_keys(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($key),*]),+ }
            }

            /// How long the command stays in a footer that runs out of room; 0 is never shown.
            pub fn footer_rank(self) -> u8 {
                match self { $(Self::$variant => $rank),+ }
            }
        }
    };
}

commands! {
    // Move
    Down            "down"             Move    "down"       "Moves to the next row"                          [Main Text Menu Review History Explanation Progress] ["j" "down"] 0;
    Up              "up"               Move    "up"         "Moves to the previous row"                      [Main Text Menu Review History Explanation Progress] ["k" "up"] 0;
    PageDown        "page-down"        Move    "page down"  "Moves a page down"                              [Main Text Menu Review History Explanation Progress] ["ctrl-f" "pgdn"] 0;
    PageUp          "page-up"          Move    "page up"    "Moves a page up"                                [Main Text Menu Review History Explanation Progress] ["ctrl-b" "pgup"] 0;
    HalfPageDown    "half-page-down"   Move    "half down"  "Moves half a page down"                         [Text Review Explanation Progress] ["ctrl-d"] 0;
    HalfPageUp      "half-page-up"     Move    "half up"    "Moves half a page up"                           [Text Review Explanation Progress] ["ctrl-u"] 0;
    Top             "top"              Move    "top"        "Moves to the first row"                         [Main Text Menu Review History Explanation Progress] ["g" "home"] 0;
    Bottom          "bottom"           Move    "bottom"     "Moves to the last row"                          [Main Text Menu Review History Explanation Progress] ["G" "end"] 0;
    Right           "right"            Move    "right"      "Scrolls the columns to the right"               [Main Text Explanation] ["l" "right"] 0;
    Left            "left"             Move    "left"       "Scrolls the columns to the left"                [Main Text Explanation] ["h" "left"] 0;
    NextPane        "next-pane"        Move    "next pane"  "Focuses the next pane"                          [Main] ["tab"] 80;
    PreviousPane    "previous-pane"    Move    "prev pane"  "Focuses the previous pane"                      [Main] ["shift-tab"] 0;

    ViewClusters    "view-clusters"    Move    "clusters"   "Focuses the clusters"                           [Main] ["1"] 0;
    ViewAssociations "view-associations" Move  "associations" "Focuses the Pod Identity associations"        [Main] ["2"] 0;
    ViewUpdates     "view-updates"     Move    "updates"    "Focuses the updates"                            [Main] ["3"] 0;
    ViewServiceAccounts "view-service-accounts" Move "accounts" "Focuses the Kubernetes service accounts"    [Main] ["4"] 0;
    ViewPods        "view-pods"        Move    "pods"       "Shows the pods, container by container"         [Main] ["5"] 57;
    ViewRoles       "view-roles"       Move    "roles"      "Shows the IAM roles"                            [Main] ["6"] 0;
    ViewIdentityProviders "view-identity-providers" Move "providers" "Shows the identity providers of the clusters" [Main] ["7"] 0;
    ViewAddons      "view-addons"      Move    "add-ons"    "Shows the add-ons of the clusters"              [Main] ["8"] 0;
    ViewAccessEntries "view-access-entries" Move "access"   "Shows the access entries of the clusters"       [Main] ["9"] 0;
    ViewFindings    "view-findings"    Move    "findings"   "Diagnoses the clusters, and shows what is wrong with them" [Main] ["X"] 56;

    // Look closer
    Open            "open"             Look    "open"       "Goes into the row: a cluster scopes the other views, an account or association shows its pods, other rows are described" [Main] ["enter"] 95;
    Describe        "describe"         Look    "describe"   "Explains the row, member by member"             [Main] ["d"] 91;
    Explain         "explain"          Look    "explain"    "Reads everything that the row rests on, and says what is wrong, why, and what mends it" [Main] ["x"] 89;
    GoToRow         "go-to-row"        Look    "go to row"  "Closes the explanation and goes to the row that it is about" [Explanation] ["enter"] 80;
    ReadLogs        "read-logs"        Look    "logs"       "Looks for known troubles in the last lines of the logs: of the pods that are explained, and of the agents on their nodes" [Explanation] ["L"] 82;
    Yaml            "yaml"             Look    "yaml"       "Shows the raw document as AWS or Kubernetes sent it"          [Main] ["y"] 40;
    ToggleJson      "toggle-json"      Look    "yaml/json"  "Switches the raw document between YAML and JSON" [Text] ["J"] 60;
    UsedBy          "used-by"          Look    "used by"    "Shows whom the row's role reaches: clusters, namespaces, workloads, pods, add-ons, and its last use" [Main] ["u"] 42;
    Test            "test"             Look    "test"       "Tests whether a pod gets its role, by asking for credentials the way it does" [Main Progress] ["t"] 44;
    RunWith         "run-with-credentials" Look "run"   "Runs a command, or your shell, with the credentials that a pod of the row gets" [Main] ["!"] 18;
    Zoom            "zoom"             Look    "zoom"       "Gives the focused pane the whole screen, or takes it back" [Main] ["f"] 60;
    Finished        "finished-updates" Look    "finished"   "Shows or hides updates that have ended"         [Main] ["F"] 45;
    ClearScope      "clear-scope"      Look    "all clusters" "Lifts the restriction to chosen clusters, or to the pods of something"       [Main] ["0"] 55;
    Scopes          "scopes"           Look    "scopes"     "Lists profiles and regions, and how each one fares" [Main] ["P"] 50;
    Search          "search"           Look    "search"     "Searches in the text"                           [Text Explanation] ["/"] 70;
    NextMatch       "next-match"       Look    "next"       "Moves to the next match"                        [Text Explanation] ["n"] 50;
    PreviousMatch   "previous-match"   Look    "previous"   "Moves to the previous match"                    [Text Explanation] ["N"] 0;
    Wrap            "wrap"             Look    "wrap"       "Wraps long lines, or stops wrapping"            [Text Explanation] ["w"] 40;

    // Arrange
    Filter          "filter"           Arrange "filter"     "Narrows the pane to rows that match"            [Main] ["/"] 85;
    Sort            "sort"             Arrange "sort"       "Chooses the column to sort by"                  [Main] ["S"] 50;
    InvertSort      "invert-sort"      Arrange "invert"     "Turns the order of rows around"                 [Main] ["I"] 0;
    Problems        "problems"         Arrange "problems"   "Shows only rows that have a problem"            [Main] ["p"] 58;
    Mark            "mark"             Arrange "mark"       "Marks the row, or takes the mark away"          [Main] ["space"] 30;
    ClearMarks      "clear-marks"      Arrange "unmark"     "Takes all marks of the pane away"               [Main] ["ctrl-\\"] 0;
    Wide            "wide"             Arrange "wide"       "Shows more columns, or fewer"                   [Main] ["ctrl-w"] 20;
    Header          "header"           Arrange "header"     "Shows or hides the header"                      [Main] ["ctrl-e"] 0;

    // Load
    Refresh         "refresh"          Load    "refresh"    "Reads the pane or the explanation again"             [Main Explanation] ["ctrl-r"] 65;
    RefreshAll      "refresh-all"      Load    "refresh all" "Reads every scope again"                       [Main] ["R"] 35;
    Pause           "pause"            Load    "pause"      "Pauses background loading, or resumes it"       [Main] ["s"] 25;

    // Change
    Edit            "edit"             Change  "edit"       "Changes role, target role, session tags or session policy of the association" [Main] ["e"] 86;
    Create          "create"           Change  "create"     "Creates an association"                         [Main] ["A"] 48;
    Delete          "delete"           Change  "delete"     "Deletes the association, after a look at what that means" [Main] ["ctrl-d"] 46;
    EditTags        "edit-tags"        Change  "tags"       "Sets and removes tags of the association"       [Main] ["T"] 27;
    Undo            "undo"             Change  "undo"       "Takes a change back, after a look at what stands there now" [Main History Progress] ["z"] 26;
    Redo            "redo"             Change  "redo"       "Makes a change again that was taken back"       [Main History Progress] ["Z"] 24;
    History         "history"          Change  "history"    "Lists the changes that were made with roledex"  [Main] ["H"] 29;

    // Copy
    CopyName        "copy-name"        Copy    "copy"       "Copies the row's name"                          [Main] ["c"] 30;
    CopyArn         "copy-arn"         Copy    "copy ARN"   "Copies the row's ARN"                           [Main] ["Y"] 15;
    CopyMenu        "copy-menu"        Copy    "copy as"    "Chooses what to copy: ids, ARNs, commands, Terraform, remedies" [Main Explanation] ["C"] 28;
    CopyText        "copy-text"        Copy    "copy"       "Copies the whole text"                          [Text Explanation] ["c"] 45;
    CopyOffer       "copy-offer"       Copy    "copy"       "Chooses what to copy: commands and fixes"       [Review Progress] ["C" "c" "y"] 50;

    // Type
    Accept          "accept"           Type    "accept"     "Takes what is typed or chosen"                  [Prompt Menu Dialog Form Review History Progress] ["enter"] 92;
    NextChoice      "next-choice"      Type    "next"       "Moves to the next suggestion"                   [Prompt] ["down" "ctrl-n" "tab"] 60;
    PreviousChoice  "previous-choice"  Type    "previous"   "Moves to the previous suggestion"               [Prompt] ["up" "ctrl-p" "shift-tab"] 0;
    CursorLeft      "cursor-left"      Type    "left"       "Moves the cursor left"                          [Prompt Form Editor] ["left" "ctrl-b"] 0;
    CursorRight     "cursor-right"     Type    "right"      "Moves the cursor right"                         [Prompt Form Editor] ["right" "ctrl-f"] 0;
    LineStart       "line-start"       Type    "start"      "Moves the cursor to the start of the line"      [Prompt Form Editor] ["home" "ctrl-a"] 0;
    LineEnd         "line-end"         Type    "end"        "Moves the cursor to the end of the line"        [Prompt Form Editor] ["end" "ctrl-e"] 0;
    EraseLeft       "erase-left"       Type    "erase"      "Erases the character left of the cursor"        [Prompt Form Editor] ["backspace" "ctrl-h"] 0;
    EraseRight      "erase-right"      Type    "erase"      "Erases the character under the cursor"          [Prompt Form Editor] ["delete" "ctrl-d"] 0;
    EraseWord       "erase-word"       Type    "erase word" "Erases the word left of the cursor"             [Prompt Form Editor] ["ctrl-w" "alt-backspace"] 0;
    EraseLine       "erase-line"       Type    "clear"      "Erases the line left of the cursor"             [Prompt Form Editor] ["ctrl-u"] 40;
    NextButton      "next-button"      Type    "switch"     "Moves to the next button"                       [Dialog Review] ["tab" "right" "l"] 91;
    PreviousButton  "previous-button"  Type    "switch back" "Moves to the button before"                    [Dialog Review] ["shift-tab" "left" "h"] 0;
    NextField       "next-field"       Type    "next field" "Moves to the next field"                        [Form Editor] ["tab"] 80;
    PreviousField   "previous-field"   Type    "prev field" "Moves to the previous field"                    [Form Editor] ["shift-tab"] 0;
    NextSuggestion  "next-suggestion"  Type    "suggestions" "Moves to the next suggestion, or to the next field where there is none" [Form] ["down" "ctrl-n"] 70;
    PreviousSuggestion "previous-suggestion" Type "previous" "Moves to the previous suggestion, or to the previous field" [Form] ["up" "ctrl-p"] 0;
    NewLine         "new-line"         Type    "new line"   "Starts a new line"                              [Editor] ["enter"] 30;
    LineDown        "line-down"        Type    "down"       "Moves the cursor a line down"                   [Editor] ["down" "ctrl-n"] 0;
    LineUp          "line-up"          Type    "up"         "Moves the cursor a line up"                     [Editor] ["up" "ctrl-p"] 0;
    UndoTyping      "undo-typing"      Type    "undo"       "Takes the last edit of the text back"           [Editor] ["alt-z"] 35;
    RedoTyping      "redo-typing"      Type    "redo"       "Makes an edit of the text again"                [Editor] ["alt-y"] 0;
    OpenEditor      "open-editor"      Type    "$EDITOR"    "Opens the text in the editor that VISUAL or EDITOR names" [Editor] ["ctrl-o"] 45;
    Review          "review"           Type    "review"     "Shows what would be changed, before anything is" [Form Editor] ["ctrl-s"] 85;

    Yes             "yes"              Type    "yes"        "Says yes to the question"                       [Dialog] ["y"] 50;
    No              "no"               Type    "no"         "Says no to the question"                        [Dialog] ["n"] 50;

    // Program
    Help            "help"             Program "help"       "Shows the keys that work here"                  [Main Text Menu Review History Explanation Progress] ["?"] 90;
    Palette         "palette"          Program "commands"   "Finds a command by name"                        [Main] [":"] 75;
    Menu            "menu"             Program "actions"    "Lists what can be done with the row"            [Main] ["m" "a"] 38;
    Back            "back"             Program "back"       "Closes what lies on top; then clears filter and marks, goes back to the view before, lifts the scope, one a press" [Main Text Menu Prompt Dialog Form Editor Review History Explanation Progress] ["esc"] 87;
    Leave           "leave"            Program "quit"       "Goes back, and at the panes asks to quit"       [Main Text Menu Review History Explanation Progress] ["q"] 78;
    Quit            "quit"             Program "quit"       "Quits at once"                                  [Everywhere] ["ctrl-c"] 0;
    Suspend         "suspend"          Program "suspend"    "Hands the terminal back to the shell; fg returns" [Everywhere] ["ctrl-z"] 0;
    Redraw          "redraw"           Program "redraw"     "Paints the whole screen anew"                   [Everywhere] ["ctrl-l"] 0;
}

impl Command {
    /// The label for the footer of a context: `enter` does something else in each.
    pub fn label_in(self, context: Context) -> &'static str {
        match (self, context) {
            (Self::Accept, Context::History) => "show",
            (Self::Accept, Context::Menu) => "choose",
            (Self::Accept, Context::Dialog | Context::Review) => "press",
            (Self::Accept, Context::Progress) => "close",
            _ => self.label(),
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|command| command.name() == name)
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let names: BTreeSet<_> = Command::ALL.iter().map(|command| command.name()).collect();
        assert_eq!(names.len(), Command::ALL.len());
        for name in names {
            assert!(
                name.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
                "{name}"
            );
            assert_eq!(Command::parse(name).map(Command::name), Some(name));
        }
    }

    #[test]
    fn sentences_are_sentences() {
        for command in Command::ALL {
            let sentence = command.sentence();
            assert!(
                sentence.starts_with(char::is_uppercase) && !sentence.ends_with('.'),
                "{sentence}"
            );
        }
    }
}
