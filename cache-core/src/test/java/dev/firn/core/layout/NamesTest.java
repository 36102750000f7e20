package dev.firn.core.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  private static final String LONGEST = "x".repeat(200);

  @ParameterizedTest
  @ValueSource(strings = {"a", "otel_events", "a.b", "a-b", "a b", "x_", "x..", "\u00fc\u4e2d"})
  void goodDatasetNames(String name) {
    assertThat(Names.requireDataset(name)).isEqualTo(name);
    assertThat(Names.isDataset(name)).isTrue();
  }

  @Test
  void aNameIsAtMostTwoHundredBytesOfUtf8() {
    assertThat(Names.isDataset(LONGEST)).isTrue();
    assertThat(Names.isDataset(LONGEST + "x")).isFalse();
    assertThat(Names.isDataset("\u00fc".repeat(100))).isTrue();
    assertThat(Names.isDataset("\u00fc".repeat(101))).isFalse();
    assertThat(Names.isKeyAndValue("k=" + LONGEST)).isTrue();
    assertThat(Names.isKeyAndValue("k=" + LONGEST + "x")).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Names.requireDataset(LONGEST + "x"))
        .withMessageContaining("200 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a/b",
        "/a",
        "a/",
        "../a",
        "a\\b",
        "\0",
        "a\0b",
        "a\nb",
        "a\tb",
        "a\u007f",
        ".hidden",
        "_x",
        "_hypaware_spool",
        "a=b",
        "=",
        "epoch=3"
      })
  void badDatasetNames(String name) {
    assertThat(Names.isDataset(name)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Names.requireDataset(name))
        .withMessageStartingWith("dataset " + Names.quoted(name) + " ");
  }

  @Test
  void aMessageShowsANameOnOneLine() {
    assertThat(Names.quoted("a\n\u0007\u009b\u00fc")).isEqualTo("\"a\\n\\u0007\\u009b\u00fc\"");
  }

  @Test
  void partitionTextKeepsTheOrderOfItsKeys() {
    assertThat(Names.parseKeys("source=claude")).isEqualTo(Map.of("source", "claude"));
    Map<String, String> keys = Names.parseKeys("z=1/a=..x/b=_y/c==/d= ");
    assertThat(keys.keySet()).containsExactly("z", "a", "b", "c", "d");
    assertThat(keys.values()).containsExactly("1", "..x", "_y", "=", " ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "source",
        "=claude",
        "source=",
        "source=.",
        "source=..",
        "source=claude/",
        "/source=claude",
        "source=claude//date=1",
        "source=claude/..",
        "source=claude/../x=1",
        "..=claude",
        ".=claude",
        ".k=claude",
        "_k=claude",
        "source=a\\b",
        "source=a\0b",
        "source=a\nb",
        "epoch=3",
        "epoch=",
        "source=claude/epoch=3",
        "source=a/source=b",
        "source=a/date=1/source=a",
      })
  void badPartitionTexts(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Names.parseKeys(text));
  }

  @Test
  void duplicateKeysAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Names.parseKeys("source=a/source=b"))
        .withMessageContaining("source=a/source=b")
        .withMessageContaining("source is twice");
  }

  /** What a user may name is what a directory walk finds, and the reverse. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "source=claude",
        "k==",
        "k=_v",
        "k=.v",
        "epoch=3",
        "epoch=03",
        "epoch=",
        "epoch=-1",
        "epoch=x",
        "k=..",
        "k=.",
        "k=",
        "=v",
        ".k=v",
        "_k=v",
        "k",
        "k=a\\b"
      })
  void aDirectoryIsALevelIfAndOnlyIfAUserMayNameIt(String segment) {
    boolean nameable;
    try {
      Names.parseKeys(segment);
      nameable = true;
    } catch (IllegalArgumentException e) {
      nameable = false;
    }
    assertThat(Names.isKeyAndValue(segment)).isEqualTo(nameable);
  }
}
