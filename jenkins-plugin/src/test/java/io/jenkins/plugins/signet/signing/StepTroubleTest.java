package io.jenkins.plugins.signet.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.node.TcpRelay;
import io.jenkins.plugins.signet.proto.RequestState;
import io.jenkins.plugins.signet.signing.TestBuild.Point;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole steps against a real agent: connections that break, agents and build nodes that are away, aborts. */
@Timeout(180)
class StepTroubleTest extends StepTestBase {
    // ------------------------------------------------------------------------------------------------- connections

    @Test
    void step_whoseConnectionIsCutInEveryStage_goesOn() throws Exception {
        try (var relay = new TcpRelay(node.port())) {
            TestBuild build = build(node.channel(relay.address())).withFiles(2);
            // While the request is being opened,
            relay.cutAfter(1200);
            build.start(task("manual", "dist/*"), SECONDS);
            build.awaitStage(SigningStage.WAITING_FOR_APPROVAL);
            // while it waits, twice,
            for (int i = 0; i < 2; i++) {
                int before = relay.accepted();
                relay.cut();
                build.awaitTrue(() -> relay.accepted() > before, "new connection");
            }
            // and while files go up.
            relay.cutAfter(3000);
            approve(build.state.requestId());
            assertSigned(build, build.await());
            assertTrue(relay.accepted() >= 4, () -> relay.accepted() + " connections");
            assertEquals("COMPLETED", build.requests());
        }
    }

    @Test
    void step_whileNothingGetsThrough_waitsAndGoesOn() throws Exception {
        try (var relay = new TcpRelay(node.port())) {
            relay.refuse(true);
            TestBuild build = build(node.channel(relay.address())).withFiles(1);
            build.start(task("manual", "dist/*"), SECONDS);
            build.awaitLine("opening the request failed");
            relay.refuse(false);
            build.awaitStage(SigningStage.WAITING_FOR_APPROVAL);
            relay.refuse(true);
            build.awaitLine("watching the request failed");
            approve(build.state.requestId());
            relay.refuse(false);
            assertSigned(build, build.await());
            assertEquals("COMPLETED", build.requests());
        }
    }

    @Test
    void step_ofAnAgentThatIsDownAtFirst_waitsForIt() throws Exception {
        node.run("kill-agent");
        TestBuild build = build().withFiles(1);
        build.start(task("release", "dist/*"), SECONDS);
        build.awaitLine("UNREACHABLE");
        node.run("start-agent");
        // The token is locked after a start: that passes too, once an operator has come.
        build.awaitLine("TOKEN_LOCKED");
        node.run("unlock");
        assertSigned(build, build.await());
    }

    @Test
    void step_whoseFirstAddressIsDead_usesTheSecondOneAtOnce() throws Exception {
        int nobody;
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            nobody = socket.getLocalPort();
        }
        TestBuild build = build(node.channel("127.0.0.1:" + nobody, node.address())).withFiles(1);
        build.start(task("release", "dist/*"), SECONDS);
        assertSigned(build, build.await());
        assertFalse(build.text().contains("next attempt"), build::text);
        assertEquals(node.address(), build.channel.currentAddress());
    }

    @Test
    void step_whoseAddressDiesWhileItWaits_goesOnAtTheOther() throws Exception {
        try (var first = new TcpRelay(node.port()); var second = new TcpRelay(node.port())) {
            TestBuild build = build(node.channel(first.address(), second.address())).withFiles(1);
            build.start(task("manual", "dist/*"), SECONDS);
            build.awaitStage(SigningStage.WAITING_FOR_APPROVAL);
            assertEquals(0, second.accepted());
            first.refuse(true);
            build.awaitTrue(() -> second.accepted() > 0, "connection to the second address");
            approve(build.state.requestId());
            assertSigned(build, build.await());
            assertEquals("COMPLETED", build.requests());
        }
    }

    // ------------------------------------------------------------------------------------------------- build nodes

    @Test
    void step_whoseBuildNodeIsAwayAtFirst_waitsForIt() throws Exception {
        TestBuild build = build().withFiles(1);
        build.nodeConnected = false;
        build.start(task("release", "dist/*"), SECONDS);
        build.awaitStage(SigningStage.WAITING_FOR_NODE);
        build.nodeConnected = true;
        assertSigned(build, build.await());
    }

    @Test
    void step_thatLosesItsBuildNodeWhileItSigns_goesOnWhenItIsBack() throws Exception {
        TestBuild build = build().withFiles(2);
        build.loseNode();
        build.start(task("release", "dist/*"), SECONDS);
        build.awaitStage(SigningStage.WAITING_FOR_NODE);
        build.nodeConnected = true;
        assertSigned(build, build.await());
        assertEquals("COMPLETED", build.requests());
    }

    // ------------------------------------------------------------------------------------------------- aborts

    @ParameterizedTest
    @EnumSource(value = Point.class, names = "AFTER_APPLY", mode = EnumSource.Mode.EXCLUDE)
    void step_thatIsAborted_endsAtOnceAndCancelsItsRequest(Point point) throws Exception {
        TestBuild build = build().withFiles(2);
        SigningTask task = new SigningTask("dist/*", null, null, false, 1, choices("manual", IfSigned.FAIL));
        interrupted(build, task, point);
        var cause = new IOException("aborted by alice");
        build.stop(cause);
        assertEquals(cause, build.awaitFailure());
        // A request that was never sent does not come up later either.
        awaitRequests(build, point.compareTo(Point.OPENED_BUT_NOT_SAVED) < 0 ? "" : "CANCELLED");
        assertUntouched(build);
        build.awaitTrue(build::isIdle, "rest");
        if (point.compareTo(Point.OPENED) >= 0) {
            assertEquals(RequestState.REQUEST_STATE_CANCELLED, record(build).getRequest().getState());
        }
        try (Stream<Path> left = Files.walk(build.workspace)) {
            assertEquals(List.of(), left.filter(path -> path.toString().endsWith(".tmp")).toList());
        }
    }
}
