package dev.echo.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What threads ask of a loop that ends meanwhile, in orders that a model checker chooses. */
@Timeout(120)
class TaskQueueFaultTest {

  /** A loop with nothing but its tasks. */
  public static class Loop {

    private final TaskQueue queue = new TaskQueue();
    private final List<Task> tasks = new CopyOnWriteArrayList<>();

    /** Only the loop's thread touches it. */
    private boolean ended;

    /** A lambda would hide what it counts from the model checker. */
    private static final class Task implements Runnable {
      private volatile boolean accepted;
      private volatile int runs;

      @Override
      public void run() {
        runs++;
      }
    }

    @Operation
    public void add() {
      Task task = new Task();
      task.accepted = queue.add(new TaskQueue.Task(task));
      tasks.add(task);
    }

    @Operation(nonParallelGroup = "loop")
    public void run() {
      if (!ended) {
        queue.run();
      }
    }

    @Operation(nonParallelGroup = "loop")
    public void end() {
      if (!ended) {
        ended = true;
        queue.end();
      }
    }

    @Validate
    public void everyTaskRanOnceOrWasRefused() {
      end();
      for (Task task : tasks) {
        assertEquals(task.accepted ? 1 : 0, task.runs);
      }
    }
  }

  @Test
  void runsEachTaskOnceOrRefusesItWhenTheLoopEnds() {
    new ModelCheckingOptions()
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(0)
        .iterations(5)
        .invocationsPerIteration(100)
        .minimizeFailedScenario(false) // which takes longer than to read it
        .verifier(EpsilonVerifier.class) // the order is left open: only that each runs once counts
        .check(Loop.class);
  }
}
