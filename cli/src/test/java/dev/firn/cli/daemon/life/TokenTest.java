package dev.firn.cli.daemon.life;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTest {

  @Test
  void onlyTheWholeSecretMatches() {
    Token token = Token.of("0123456789abcdef");

    assertThat(token.matches("0123456789abcdef")).isTrue();
    assertThat(token.matches("0123456789abcde")).isFalse();
    assertThat(token.matches("0123456789abcdef ")).isFalse();
    assertThat(token.matches("")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "::1"})
  void theseAreThisMachineOnly(String host) {
    assertThat(Token.isLoopback(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.168.1.1", "no.such.host.invalid"})
  void theseAreNot(String host) {
    assertThat(Token.isLoopback(host)).isFalse();
  }
}
