package dev.firn.cli.daemon.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceUnitTest {
  private static final List<String> COMMAND =
      List.of("/opt/firn/bin/firn", "--root", "/a b/100%/$x\"y\\<&", "daemon", "run");

  @Test
  void systemdReadsTheWordsThatWereMeant() {
    assertThat(ServiceUnit.systemd(COMMAND, "/a b"))
        .contains(
            "ExecStart=/opt/firn/bin/firn --root \"/a b/100%%/$$x\\\"y\\\\<&\" daemon run\n",
            "TimeoutStopSec=15", "[Install]");
  }

  @Test
  void launchdReadsTheWordsThatWereMeant() {
    assertThat(ServiceUnit.launchd(COMMAND))
        .contains("<string>/a b/100%/$x\"y\\&lt;&amp;</string>");
  }
}
