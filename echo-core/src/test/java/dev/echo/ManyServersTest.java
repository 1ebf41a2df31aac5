package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Parses the files on the page about many servers; HaproxyFaultTest runs the balancer's. */
class ManyServersTest {

  private static final Path PAGE = Path.of("src/main/java/dev/echo/doc-files/many.html");

  private static String file(String beginning) throws Exception {
    Matcher matcher = Pattern.compile(
            "<pre>\\n(" + Pattern.quote(beginning) + "\\n.*?)</pre>", Pattern.DOTALL)
        .matcher(Files.readString(PAGE));
    assertTrue(matcher.find(), beginning);
    return matcher.group(1);
  }

  @Test
  void theUnitStartsAServerWithRoomForItsConnections() throws Exception {
    Map<String, String> settings = new HashMap<>();
    List<String> sections = new ArrayList<>();
    for (String line : file("[Unit]").split("\n")) {
      if (line.startsWith("[")) {
        sections.add(line);
      } else if (!line.isEmpty()) {
        String[] parts = line.split("=", 2);
        assertEquals(2, parts.length, line);
        settings.put(parts[0], parts[1]);
      }
    }

    assertEquals(List.of("[Unit]", "[Service]", "[Install]"), sections);
    assertTrue(settings.get("ExecStart").endsWith(" serve --proxy-protocol tcp://0.0.0.0:7007"));
    assertTrue(Integer.parseInt(settings.get("LimitNOFILE")) > 10_000);
    assertEquals("143", settings.get("SuccessExitStatus")); // of a JVM after SIGTERM
  }

  @Test
  void theManifestProbesThePortThatTheServerHas() throws Exception {
    Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    List<Object> documents = new ArrayList<>();
    yaml.loadAll(file("apiVersion: apps/v1")).forEach(documents::add);

    assertEquals(2, documents.size());
    Map<?, ?> deployment = assertInstanceOf(Map.class, documents.get(0));
    Map<?, ?> service = assertInstanceOf(Map.class, documents.get(1));
    assertEquals("Deployment", deployment.get("kind"));
    assertEquals("Service", service.get("kind"));
    Object pod = get(deployment, "spec", "template", "spec");
    Object container = get(pod, "containers", 0);
    Object port = get(container, "ports", 0, "containerPort");
    assertEquals(List.of("serve", "tcp://0.0.0.0:" + port), get(container, "args"));
    for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
      assertEquals(port, get(container, probe, "tcpSocket", "port"));
    }
    assertEquals(port, get(service, "spec", "ports", 0, "targetPort"));
    assertEquals(
        get(deployment, "spec", "template", "metadata", "labels"),
        get(service, "spec", "selector"));
    List<?> wait =
        assertInstanceOf(List.class, get(container, "lifecycle", "preStop", "exec", "command"));
    int seconds = Integer.parseInt((String) wait.get(1));
    assertTrue((int) get(pod, "terminationGracePeriodSeconds") > seconds);
  }

  private static Object get(Object from, Object... path) {
    Object value = from;
    for (Object step : path) {
      value = step instanceof Integer index
          ? ((List<?>) value).get(index)
          : ((Map<?, ?>) value).get(step);
    }
    return value;
  }
}
