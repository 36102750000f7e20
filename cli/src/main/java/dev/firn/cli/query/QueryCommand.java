package dev.firn.cli.query;

import picocli.CommandLine.Command;

/** Groups the commands that tend and read a cache. */
@Command(
    name = "query",
    header = "Tend and read a cache: maintain, status, overview, sql, rows, verify, repair.",
    synopsisHeading = "%nUsage: ",
    synopsisSubcommandLabel = "COMMAND",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n")
public final class QueryCommand {}
