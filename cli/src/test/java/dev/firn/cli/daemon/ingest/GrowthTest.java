package dev.firn.cli.daemon.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.daemon.ingest.Growth.Room;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class GrowthTest {
  private static final int LIMIT = 1 << 20;

  private final ByteBudget budget = new ByteBudget(300_000);
  private final Growth growth = new Growth(budget.open(), LIMIT);

  @Test
  void whatABodyCouldHoldIsReservedBeforeItHoldsIt() {
    assertThat(growth.reserve(100_000)).isEqualTo(Room.ENOUGH);
    assertThat(budget.usedBytes()).isEqualTo(100_000).isEqualTo(growth.body().capacity());
    assertThat(growth.add(ByteBuffer.allocate(100_000))).isEqualTo(Room.ENOUGH);
    assertThat(growth.add(ByteBuffer.allocate(1))).isEqualTo(Room.ENOUGH);
    assertThat(budget.usedBytes()).isEqualTo(200_000).isEqualTo(growth.body().capacity());
  }

  @Test
  void aSpentBudgetIsSaidAndADiscardedBodyHoldsNothing() {
    assertThat(growth.add(ByteBuffer.allocate(200_000))).isEqualTo(Room.ENOUGH);
    assertThat(growth.add(ByteBuffer.allocate(100_001))).isEqualTo(Room.BUDGET_SPENT);

    growth.discard();

    assertThat(budget.usedBytes()).isZero();
    assertThat(growth.body().capacity()).isZero();
    assertThat(budget.highestBytes()).isEqualTo(200_000);
  }

  @Test
  void aBodyOfTheLimitPassesAndOneByteMoreDoesNot() throws Exception {
    ByteBudget enough = new ByteBudget(2 * LIMIT);
    assertThat(new Growth(enough.open(), LIMIT).fill(zeros(LIMIT))).isEqualTo(Room.ENOUGH);
    assertThat(new Growth(enough.open(), LIMIT).fill(zeros(LIMIT + 1))).isEqualTo(Room.TOO_LARGE);
    assertThat(new Growth(enough.open(), LIMIT).reserve(LIMIT + 1)).isEqualTo(Room.TOO_LARGE);
  }

  private static InputStream zeros(int count) {
    return new ByteArrayInputStream(new byte[count]);
  }
}
