//! Tells Zed how to start gloss. The program itself is not part of the
//! extension: it is the one on the user's PATH, or of the setting
//! `lsp.gloss.binary`.

use zed_extension_api::{
    self as zed,
    serde_json::{json, Value},
    settings::LspSettings,
    LanguageServerId, Result, Worktree,
};

struct Gloss;

impl zed::Extension for Gloss {
    fn new() -> Self {
        Gloss
    }

    fn language_server_command(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<zed::Command> {
        let binary = LspSettings::for_worktree(server.as_ref(), worktree)?.binary;
        let (path, arguments) = binary.map(|b| (b.path, b.arguments)).unwrap_or_default();
        let command = path.or_else(|| worktree.which("gloss")).ok_or(
            "gloss is not on the PATH: put it there, or set lsp.gloss.binary.path to where it is",
        )?;
        Ok(zed::Command {
            command,
            args: arguments.unwrap_or_else(|| vec!["lsp".to_string()]),
            env: worktree.shell_env(),
        })
    }

    fn language_server_initialization_options(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<Value>> {
        Ok(LspSettings::for_worktree(server.as_ref(), worktree)?.initialization_options)
    }

    fn language_server_workspace_configuration(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<Value>> {
        let settings = LspSettings::for_worktree(server.as_ref(), worktree)?.settings;
        Ok(settings.map(|settings| json!({ "gloss": settings })))
    }
}

zed::register_extension!(Gloss);
