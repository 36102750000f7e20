package dev.firn.cli.daemon;

import picocli.CommandLine.Command;

/** Groups the commands about the service. */
@Command(
    name = "daemon",
    header = "The long-running service: takes records over HTTP and maintains.",
    synopsisHeading = "%nUsage: ",
    synopsisSubcommandLabel = "COMMAND",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n")
public final class DaemonCommand {}
