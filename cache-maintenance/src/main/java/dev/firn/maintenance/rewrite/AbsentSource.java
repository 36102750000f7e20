package dev.firn.maintenance.rewrite;

/** A column of which the input holds nothing: one entry a row, null or the field's default. */
final class AbsentSource implements TripletSource {
  private final LeafMapping mapping;
  private long left;

  AbsentSource(LeafMapping mapping, long rows) {
    this.mapping = mapping;
    this.left = rows;
  }

  @Override
  public boolean fill(TripletBlock block) {
    int size = (int) Math.min(left, TripletBlock.CAPACITY);
    Constant constant = mapping.constant();
    for (int i = 0; i < size; i++) {
      block.repetitions[i] = 0;
      block.definitions[i] = mapping.definitionLevels()[0];
      if (constant != null) {
        block.set(i, constant);
      }
    }
    block.size = size;
    left -= size;
    return size > 0;
  }

  @Override
  public void close() {}
}
