package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.testing.JavaProcess;
import dev.echo.testing.Programs;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A network for each test, with nothing but a loopback interface, which loses what it is told to.
 * The test is skipped where there is none to be had.
 */
final class NetworkNamespace implements BeforeEachCallback, AfterEachCallback {

  private static final int LIMIT_SECONDS = 20;
  private static final Pattern PACKETS = Pattern.compile("\"packets\": ?(\\d+)");
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name =
      "echo-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();

  /** For a JVM that is ended in the middle of a test. */
  private final Thread atExit = new Thread(this::deleteQuietly);

  private boolean created;

  /** Whether there is another host at the other end of a link. */
  private boolean hasNeighbour;

  @Override
  public void beforeEach(ExtensionContext context) throws IOException, InterruptedException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root makes namespaces");
    Programs.assumeInstalled("ip"); // of the package iproute2
    Programs.assumeInstalled("nft"); // of nftables
    created = run("", List.of("ip", "netns", "add", name)) == 0;
    assumeTrue(created, "namespaces are not permitted");
    Runtime.getRuntime().addShutdownHook(atExit);
    require("", List.of("ip", "link", "set", "lo", "up"));
    require("add table inet echo\n", List.of("nft", "-f", "-"));
  }

  /** What is to stand before a command that runs in here. */
  List<String> prefix() {
    return List.of("ip", "netns", "exec", name);
  }

  /**
   * Drops so many of a hundred packets, by chance, as they arrive; whoever sent them is not told.
   */
  void losePackets(int percent) throws IOException, InterruptedException {
    setChain("input", "numgen random mod 100 < " + percent + " drop");
  }

  /** Drops one of so many packets, by chance, and counts them. */
  void loseOneIn(int packets) throws IOException, InterruptedException {
    setChain("input", "numgen random mod " + packets + " == 0 counter drop");
  }

  /** How many that were, by the kernel's counter. */
  long lostPackets() throws IOException, InterruptedException {
    List<String> list = new ArrayList<>(prefix());
    list.addAll(List.of("nft", "-j", "list", "chain", "inet", "echo", "input"));
    Matcher count = PACKETS.matcher(JavaProcess.output(list));
    assertTrue(count.find(), "no counter");
    return Long.parseLong(count.group(1));
  }

  /** Drops all packets as they arrive. */
  void cut() throws IOException, InterruptedException {
    setChain("input", "drop");
  }

  void restore() throws IOException, InterruptedException {
    setChain("input", "accept");
  }

  /** Has datagrams from one local port seem to be from another. */
  void forgeSource(int port, int forged) throws IOException, InterruptedException {
    setChain("output", "udp sport " + port + " udp sport set " + forged);
  }

  /** Adds a link whose hosts have addresses like the given one, and do not exist. */
  void addEmptyLink(String address) throws IOException, InterruptedException {
    require("", List.of("ip", "link", "add", "empty", "type", "veth", "peer", "name", "end"));
    require("", List.of("ip", "address", "add", address + "/24", "dev", "empty"));
    require("", List.of("ip", "link", "set", "empty", "up"));
    require("", List.of("ip", "link", "set", "end", "up"));
  }

  /** Adds a link with these addresses, and another host at its end, with addresses of its own. */
  void addNeighbour(List<String> own, List<String> neighbours)
      throws IOException, InterruptedException {
    hasNeighbour = true;
    assertEquals(0, run("", List.of("ip", "netns", "add", neighbour())));
    require(
        "",
        List.of(
            "ip",
            "link",
            "add",
            "near",
            "type",
            "veth",
            "peer",
            "name",
            "far",
            "netns",
            neighbour()));
    address(prefix(), "near", own);
    address(neighbourPrefix(), "far", neighbours);
  }

  private static void address(List<String> prefix, String link, List<String> addresses)
      throws IOException, InterruptedException {
    for (String address : addresses) {
      addAddress(prefix, link, address);
    }
    require(prefix, "", List.of("ip", "link", "set", "lo", "up"));
    require(prefix, "", List.of("ip", "link", "set", link, "up"));
  }

  /** Gives the link to the neighbour one more address. */
  void addAddress(String address) throws IOException, InterruptedException {
    addAddress(prefix(), "near", address);
  }

  private static void addAddress(List<String> prefix, String link, String address)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip", "address", "add", address, "dev", link));
    if (address.contains(":")) {
      command.add("nodad"); // or it would be of no use for a second
    }
    require(prefix, "", command);
  }

  /** What is to stand before a command that runs on the other host. */
  List<String> neighbourPrefix() {
    return List.of("ip", "netns", "exec", neighbour());
  }

  private String neighbour() {
    return name + "-neighbour";
  }

  /** Has large datagrams to an address seem to be from others, in turn. */
  void forgeSources(String to, List<String> forged) throws IOException, InterruptedException {
    String map = IntStream.range(0, forged.size())
        .mapToObj(i -> i + " : " + forged.get(i))
        .collect(Collectors.joining(", "));
    String rule = "udp length > 500 ip daddr %s ip saddr set numgen inc mod %d map { %s }";
    setChain("output", rule.formatted(to, forged.size(), map));
  }

  private void setChain(String hook, String rule) throws IOException, InterruptedException {
    String chain = "chain inet echo " + hook;
    require(
        "add " + chain + " { type filter hook " + hook + " priority 0; }\n"
            + "flush " + chain + "\n"
            + "add rule inet echo " + hook + " " + rule + "\n",
        List.of("nft", "-f", "-"));
  }

  private void require(String input, List<String> command)
      throws IOException, InterruptedException {
    require(prefix(), input, command);
  }

  private static void require(List<String> prefix, String input, List<String> command)
      throws IOException, InterruptedException {
    List<String> inside = new ArrayList<>(prefix);
    inside.addAll(command);
    assertEquals(0, run(input, inside), () -> command + " " + input);
  }

  private static int run(String input, List<String> command)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
    try (Writer in = process.outputWriter(UTF_8)) {
      in.write(input);
    }
    assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), command + " takes too long");
    return process.exitValue();
  }

  private void deleteQuietly() {
    try {
      run("", List.of("ip", "netns", "delete", name));
      if (hasNeighbour) {
        run("", List.of("ip", "netns", "delete", neighbour()));
      }
    } catch (IOException | InterruptedException e) {
      // There is nobody left to tell.
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    if (!created) {
      return;
    }
    Runtime.getRuntime().removeShutdownHook(atExit);
    delete(name);
    if (hasNeighbour) {
      delete(neighbour());
    }
  }

  private static void delete(String name) throws IOException {
    Process delete = new ProcessBuilder("ip", "netns", "delete", name).start();
    Process deleted = delete.onExit().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    assertEquals(0, deleted.exitValue(), "the namespace was not deleted");
  }
}
