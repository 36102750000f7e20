package dev.firn.cli.configure;

import picocli.CommandLine.Command;

/** Groups the commands about the configuration. */
@Command(
    name = "config",
    header = "The configuration: init, show, validate.",
    synopsisHeading = "%nUsage: ",
    synopsisSubcommandLabel = "COMMAND",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n")
public final class ConfigCommand {}
