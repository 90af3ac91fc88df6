package io.jenkins.plugins.signet;

import hudson.model.Item;
import hudson.model.Run;
import io.jenkins.plugins.signet.proto.record.FileRecord;
import io.jenkins.plugins.signet.proto.record.SigningRecord;
import io.jenkins.plugins.signet.signing.BuildReceipts;
import io.jenkins.plugins.signet.signing.BuildRecord;
import io.jenkins.plugins.signet.signing.RecordJson;
import io.jenkins.plugins.signet.signing.RecordView;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import jenkins.model.RunAction2;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.verb.GET;

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

    /** The requests of the build, in the order in which they were opened; for the page. */
    public List<RecordView> getRecords() {
        return records().stream().map(RecordView::new).toList();
    }

    /** The whole page as JSON, receipts included. */
    @GET
    public void doJson(StaplerResponse2 rsp) throws IOException {
        run.checkPermission(Item.READ);
        var receipts = new BuildReceipts(run.getRootDir());
        var documents = new HashMap<String, String>();
        for (SigningRecord record : records()) {
            for (FileRecord file : record.getFilesList()) {
                documents.put(file.getReceipt(), receipts.read(BuildReceipts.keyOf(file.getReceipt())));
            }
        }
        send(rsp, RecordJson.write(records(), documents::get), "signet-" + run.getNumber() + ".json");
    }

    /** The receipt of a file, by the key that it was kept by, as {@code signet audit check} reads it. */
    @GET
    public void doReceipt(@QueryParameter String sha256, StaplerResponse2 rsp) throws IOException {
        run.checkPermission(Item.READ);
        String receipt = new BuildReceipts(run.getRootDir()).read(sha256);
        if (receipt == null) {
            rsp.sendError(HttpServletResponse.SC_NOT_FOUND);
        } else {
            send(rsp, receipt, sha256 + ".receipt.json");
        }
    }

    private static void send(StaplerResponse2 rsp, String json, String fileName) throws IOException {
        rsp.setContentType("application/json;charset=UTF-8");
        rsp.setHeader("Content-Disposition", "attachment; filename=" + fileName);
        rsp.getWriter().print(json);
    }

    private List<SigningRecord> records() {
        List<String> ids;
        synchronized (this) {
            ids = List.copyOf(requestIds);
        }
        return ids.stream().map(id -> BuildRecord.read(run.getRootDir(), id)).filter(Objects::nonNull).toList();
    }
}
