package io.jenkins.plugins.signet;

import hudson.AbortException;
import hudson.Extension;
import hudson.ExtensionList;
import java.util.ArrayList;
import java.util.List;
import jenkins.model.GlobalConfiguration;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.StaplerRequest2;

/** The agents that jobs can sign with. */
@Extension
@Symbol("signet")
public final class SignetGlobalConfiguration extends GlobalConfiguration {
    private final transient AgentChannels channels = new AgentChannels();
    private List<SigningAgent> agents = new ArrayList<>();

    /** Reads what was saved. */
    public SignetGlobalConfiguration() {
        load();
    }

    /** The one configuration of this controller. */
    public static SignetGlobalConfiguration get() {
        return ExtensionList.lookupSingleton(SignetGlobalConfiguration.class);
    }

    @Override
    public String getDisplayName() {
        return Messages.SignetGlobalConfiguration_displayName();
    }

    /** In the order of the form; the first one serves jobs that name none. */
    public synchronized List<SigningAgent> getAgents() {
        return List.copyOf(agents);
    }

    /** Replaces all and saves. */
    @DataBoundSetter
    public synchronized void setAgents(List<SigningAgent> agents) {
        this.agents = agents == null ? new ArrayList<>() : new ArrayList<>(agents);
        channels.clear();
        save();
    }

    @Override
    public synchronized boolean configure(StaplerRequest2 req, JSONObject json) throws FormException {
        // A form from which the last agent was removed says nothing about agents at all, so no setter would be called.
        List<SigningAgent> before = agents;
        agents = new ArrayList<>();
        boolean configured = false;
        try {
            configured = super.configure(req, json);
        } finally {
            if (!configured) {
                agents = before;
            }
        }
        save();
        return configured;
    }

    AgentChannels channels() {
        return channels;
    }

    /**
     * The agent of that name; the first one for null.
     *
     * @throws AbortException if there is none, with what to do
     */
    synchronized SigningAgent find(String name) throws AbortException {
        if (agents.isEmpty()) {
            throw new AbortException(Messages.SignetGlobalConfiguration_noAgents());
        }
        if (name == null || name.isEmpty()) {
            return agents.get(0);
        }
        for (SigningAgent agent : agents) {
            if (name.equals(agent.getName())) {
                return agent;
            }
        }
        throw new AbortException(Messages.SignetGlobalConfiguration_noSuchAgent(name));
    }
}
