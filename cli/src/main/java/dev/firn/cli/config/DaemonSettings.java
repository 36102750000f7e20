package dev.firn.cli.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What steers the daemon, as configured under {@code daemon}.
 *
 * @param host to listen on: a name, an IPv4 address, or an IPv6 one without brackets
 * @param port to listen on; 0 for any that is free
 * @param tokenFile whoever calls must know what stands in it; needed for any address but loopback
 * @param bufferBytes of bodies, as they came and unpacked, that are in memory at a time
 * @param maxBodyBytes of one body, as it came and unpacked
 * @param maxConnections at a time
 * @param idleTimeout after which a connection on which nothing moves is closed
 * @param sourceRowsPerSecond that one source may append on average; 0 for any number
 * @param sourceBytesPerSecond that one source may append on average; 0 for any number
 * @param logBytes that the log files have together
 */
public record DaemonSettings(
    String host,
    int port,
    Optional<Path> tokenFile,
    long bufferBytes,
    int maxBodyBytes,
    int maxConnections,
    Duration idleTimeout,
    long sourceRowsPerSecond,
    long sourceBytesPerSecond,
    long logBytes) {}
