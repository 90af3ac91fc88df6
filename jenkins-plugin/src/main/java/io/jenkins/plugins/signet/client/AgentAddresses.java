package io.jenkins.plugins.signet.client;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses that one agent is reached at, and which of them is used now: the one that worked last. Safe for use by
 * several threads.
 */
final class AgentAddresses {
    private final List<URI> all;
    private int current;

    /** @throws SignetException INVALID_REQUEST for an address that is none, or no address at all */
    AgentAddresses(List<String> addresses) throws SignetException {
        var parsed = new ArrayList<URI>(addresses.size());
        for (String address : addresses) {
            parsed.add(GrpcWebChannel.parseAddress(address));
        }
        if (parsed.isEmpty()) {
            throw new SignetException(FailureReason.INVALID_REQUEST, "the agent has no address");
        }
        all = List.copyOf(parsed);
    }

    synchronized URI current() {
        return all.get(current);
    }

    /** Turns to the next address, unless another caller has turned away from this one before. */
    synchronized void leave(URI failed) {
        if (all.get(current).equals(failed)) {
            current = (current + 1) % all.size();
        }
    }

    int count() {
        return all.size();
    }
}
