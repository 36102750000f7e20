package dev.firn.core.layout;

/** How a partition names its generations. A swap keeps its partition's layout. */
public enum Layout {
  /** {@code table}, {@code table-<n>}; the cursor's {@code tableDir} names the live one. */
  SOURCE_TABLE("source-table"),
  /** {@code epoch=<n>}; the cursor's {@code epoch} numbers the live one. */
  EPOCH("epoch");

  private final String text;

  Layout(String text) {
    this.text = text;
  }

  /** As it stands in a cursor and in reports. */
  public String text() {
    return text;
  }
}
