package dev.echo.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A child JVM that answers a line with a line, and ends when its input ends. */
public final class ChildProcess implements AutoCloseable {

  private static final int LIMIT_SECONDS = 60;

  /** Quick to start, and nothing that takes CPU time or threads later. */
  private static final List<String> OPTIONS = List.of(
      "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UseDynamicNumberOfCompilerThreads");

  private final Process process;
  private final Path errors;
  private final Writer questions;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  /** Starts a command, such as one of {@link JavaProcess}. */
  public ChildProcess(List<String> command) throws IOException {
    errors = Files.createTempFile("echo-child", ".err");
    process = JavaProcess.builder(command).redirectError(errors.toFile()).start();
    questions = process.outputWriter(UTF_8);
    Thread reader = new Thread(this::readAnswers, "answers of a child");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a main class behind a prefix, such as {@code ip netns exec}, that ends in its place. */
  public static ChildProcess start(
      List<String> prefix, List<String> options, Class<?> main, String... arguments)
      throws IOException {
    List<String> all = new ArrayList<>(OPTIONS);
    all.addAll(options);
    List<String> command = JavaProcess.command(prefix, main, all.toArray(String[]::new));
    command.addAll(List.of(arguments));
    return new ChildProcess(command);
  }

  /** The prefix of a process that may have so many descriptors. */
  public static List<String> withDescriptors(int count) {
    return List.of("sh", "-c", "ulimit -n " + count + " && exec \"$@\"", "sh");
  }

  private void readAnswers() {
    try (BufferedReader in = process.inputReader(UTF_8)) {
      in.lines().forEach(answers::add);
    } catch (IOException | UncheckedIOException e) {
      // The process has ended, which whoever waits for an answer will see.
    }
  }

  public String ask(String question) throws IOException, InterruptedException {
    questions.append(question).append('\n').flush();
    return answer();
  }

  public String answer() throws InterruptedException {
    String line = answers.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    assertNotNull(line, () -> "no answer within " + LIMIT_SECONDS + " s; " + errorOutput());
    return line;
  }

  public long pid() {
    return process.pid();
  }

  /** User and system time, in steps of 10 ms. */
  public Duration cpuTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** All that it has open: files, sockets and the rest. */
  public long descriptors() throws IOException {
    return Descriptors.of(pid()).size();
  }

  public long threads() throws IOException {
    try (Stream<Path> threads = Files.list(proc("task"))) {
      return threads.count();
    }
  }

  /** What the kernel calls its state, such as T for stopped. */
  public char state() throws IOException {
    String stat = Files.readString(proc("stat"));
    return stat.charAt(stat.lastIndexOf(')') + 2);
  }

  private Path proc(String file) {
    return Path.of("/proc", Long.toString(pid()), file);
  }

  public void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid()).start();
    assertTrue(kill.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS));
    assertEquals(0, kill.exitValue());
  }

  /** Returns the exit code, once the process has ended by itself. */
  public int awaitEnd() throws IOException, InterruptedException {
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      fail("did not end:\n" + threadDump());
    }
    return process.exitValue();
  }

  /** Returns whether the process has ended by itself so soon. */
  public boolean endsWithin(Duration time) throws InterruptedException {
    return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** For one that is known to be stuck, so that nobody waits for its end. */
  public void kill() {
    process.destroyForcibly();
  }

  /** What the JVM prints of its threads when it is asked to. */
  private String threadDump() throws IOException, InterruptedException {
    signal("QUIT");
    StringBuilder dump = new StringBuilder();
    String line = answers.poll(1, TimeUnit.SECONDS);
    while (line != null) {
      dump.append(line).append('\n');
      line = answers.poll(1, TimeUnit.SECONDS);
    }
    return dump.toString();
  }

  /** What is logged by default goes here, and the traces of threads that died. */
  public String errorOutput() {
    try {
      return Files.readString(errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      questions.close();
    } catch (IOException e) {
      // It has ended before.
    }
    boolean ended = hasEnded();
    if (!ended) {
      process.destroyForcibly().onExit().join();
    }
    System.err.print(errorOutput());
    Files.delete(errors);
    assertTrue(ended, "the child had to be killed");
  }

  private boolean hasEnded() {
    try {
      return process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
