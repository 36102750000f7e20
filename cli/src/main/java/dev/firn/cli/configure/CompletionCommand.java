package dev.firn.cli.configure;

import dev.firn.cli.session.Session;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code firn completion}. */
@Command(
    name = "completion",
    header = "Print what lets a shell complete firn's commands and options.",
    description = {
      "",
      "For bash, in ~/.bashrc:  source <(firn completion bash)",
      "For zsh, in ~/.zshrc:    source <(firn completion zsh)"
    },
    synopsisHeading = "%nUsage: ",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
public final class CompletionCommand implements Callable<Integer> {

  /** Shells that are known. */
  enum Shell {
    bash,
    zsh
  }

  private final Session session;

  @Parameters(index = "0", paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
  Shell shell = Shell.bash;

  private final CommandLine root;

  /**
   * @param root the whole command line
   */
  public CompletionCommand(Session session, CommandLine root) {
    this.session = session;
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    String script = AutoComplete.bash(root.getCommandName(), root);
    if (shell == Shell.zsh) {
      script = "autoload -Uz compinit && compinit -i\n" + script;
    }
    if (session.json()) {
      String content = script;
      session.document(
          json -> {
            json.writeStringField("shell", shell.name());
            json.writeStringField("script", content);
          });
    } else {
      session.print(script);
    }
    return 0;
  }
}
