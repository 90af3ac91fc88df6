package io.jenkins.plugins.signet;

import hudson.model.Run;
import io.jenkins.plugins.signet.signing.BuildRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jenkins.model.RunAction2;

/**
 * What the build's page shows of signing. In build.xml it is a list of request ids and nothing more; the rest lies in
 * files beside build.xml, which {@link BuildRecord} writes.
 */
public final class SigningAction implements RunAction2 {
    private final List<String> requestIds = new ArrayList<>();
    private transient Run<?, ?> run;

    SigningAction() {}

    /** Shows a request on the page of the build. */
    static void attach(Run<?, ?> run, String requestId) throws IOException {
        synchronized (run) {
            SigningAction action = run.getAction(SigningAction.class);
            if (action == null) {
                action = new SigningAction();
                run.addAction(action);
            }
            if (action.add(requestId)) {
                run.save();
            }
        }
    }

    private synchronized boolean add(String requestId) {
        return !requestIds.contains(requestId) && requestIds.add(requestId);
    }

    @Override
    public void onAttached(Run<?, ?> r) {
        run = r;
    }

    @Override
    public void onLoad(Run<?, ?> r) {
        run = r;
    }

    @Override
    public String getIconFileName() {
        return "symbol-ribbon";
    }

    @Override
    public String getDisplayName() {
        return Messages.SigningAction_displayName();
    }

    @Override
    public String getUrlName() {
        return "signet";
    }

    /** The build; for the page. */
    public Run<?, ?> getRun() {
        return run;
    }
}
