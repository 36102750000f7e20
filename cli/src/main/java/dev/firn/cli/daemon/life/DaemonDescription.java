package dev.firn.cli.daemon.life;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DurableFiles;
import java.io.IOException;
import java.util.Optional;

/**
 * What a daemon says of itself beside its lock.
 *
 * @param address where it listens, as the beginning of a URL
 * @param since ISO time of its start
 */
public record DaemonDescription(long pid, String address, String since) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** For people who find the root claimed. */
  public String sentence() {
    return "the daemon of this root (pid "
        + pid
        + (address.isEmpty() ? ", not yet listening" : ", " + address)
        + ", since "
        + since
        + ")";
  }

  /** What stands there; empty if nothing does, or nothing that can be read. */
  public static Optional<DaemonDescription> find(Disk disk, DaemonFiles files) {
    try {
      JsonNode document = JSON.readTree(disk.read(files.description()));
      return document.path("pid").isIntegralNumber()
          ? Optional.of(
              new DaemonDescription(
                  document.path("pid").asLong(),
                  document.path("address").asText(),
                  document.path("since").asText()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  void write(Disk disk, DaemonFiles files) throws IOException {
    ObjectNode document = JSON.createObjectNode();
    document.put("pid", pid);
    document.put("address", address);
    document.put("since", since);
    DurableFiles.replace(
        disk,
        files.description(),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document));
  }
}
