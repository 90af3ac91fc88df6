using System.Globalization;

namespace Signet.Agent.Ledger.Auditing;

/// <summary>
/// Recomputes a ledger: every leaf and root, every checkpoint's signature, and the checkpoints that somebody kept elsewhere.
/// Reads once from start to end on all processors, with memory that does not grow.
/// </summary>
/// <param name="verifier">The ledger's public key, from a place that the ledger's keeper cannot change.</param>
internal sealed class LedgerVerifier(VerifierKey verifier)
{
    private const int MaxFindings = 20;

    /// <summary>Verifies.</summary>
    /// <param name="source">The ledger.</param>
    /// <param name="kept">Texts of checkpoints that were kept apart from it: each must be one of this ledger's past.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public LedgerVerification Verify(
        ILedgerSource source, IEnumerable<string> kept, CancellationToken cancellationToken)
    {
        var run = new Run(verifier);
        foreach (var note in kept)
        {
            run.Expect(note);
        }

        try
        {
            run.LookAtKept();
            foreach (var entry in Examination.Of(source, verifier, cancellationToken))
            {
                if (!run.Take(entry))
                {
                    break;
                }
            }

            run.End();
        }
        catch (FormatException exception)
        {
            run.Add(run.Size, exception.Message);
        }

        return run.Result();
    }

    private sealed class Run(VerifierKey verifier)
    {
        private readonly MerkleFrontier _tree = new();
        private readonly List<LedgerFinding> _findings = [];
        private readonly SortedDictionary<long, List<Checkpoint>> _kept = [];
        private DateTimeOffset _lastTime = DateTimeOffset.MinValue;
        private long _covered;
        private int _checkpoints;
        private bool _broken;

        public long Size => _tree.Size;

        public void Add(long? index, string detail)
        {
            if (_findings.Count < MaxFindings)
            {
                _findings.Add(new LedgerFinding(index, detail));
            }
        }

        public void Expect(string note)
        {
            try
            {
                var checkpoint = Checkpoint.Open(note, verifier);
                if (!_kept.TryGetValue(checkpoint.Size, out var same))
                {
                    _kept.Add(checkpoint.Size, same = []);
                }

                same.Add(checkpoint);
            }
            catch (FormatException exception)
            {
                Add(null, $"The checkpoint that was kept is not this ledger's: {exception.Message}");
            }
        }

        /// <summary>False where nothing behind this entry can be judged.</summary>
        public bool Take(ExaminedEntry examined)
        {
            if (examined.LeafHash is { } hash)
            {
                return TakeRecord(hash, examined);
            }

            TakeCheckpoint(examined);
            return true;
        }

        public void End()
        {
            if (_broken)
            {
                return;
            }

            if (_covered < Size)
            {
                Add(_covered, Text($"No checkpoint covers the records from {_covered} on: they were added by somebody without the ledger's key, or the checkpoint was removed."));
            }

            foreach (var size in _kept.Keys.Where(size => size > Size))
            {
                Add(Size, Text($"The ledger ends with {Size} records, and a checkpoint that was kept is for {size}: its end was cut off."));
            }
        }

        public LedgerVerification Result() => new(Size, _checkpoints, _tree.Root, _findings);

        public void LookAtKept()
        {
            if (!_broken && _kept.Count > 0 && _kept.TryGetValue(Size, out var kept)
                && kept.Exists(checkpoint => !checkpoint.Root.AsSpan().SequenceEqual(_tree.Root)))
            {
                Add(null, Text($"The first {Size} records are not those that a checkpoint which was kept signs: the ledger was rewritten."));
            }
        }

        private bool TakeRecord(byte[] hash, ExaminedEntry examined)
        {
            var entry = examined.Entry;
            var index = Size;
            if (entry.StatedIndex is { } stated && stated != index)
            {
                Add(index, Text($"Record {index} is missing; the next one is {stated}."));
                _broken = true;
                return false;
            }

            if (entry.StoredLeafHash is { } stored && !stored.AsSpan().SequenceEqual(hash))
            {
                Add(index, Text($"Record {index} was changed: its hash is not the one that was stored with it."));
            }

            CheckContent(examined, index);
            _tree.Add(hash);
            LookAtKept();
            return true;
        }

        private void CheckContent(ExaminedEntry examined, long index)
        {
            if (examined.Header is not { } header)
            {
                Add(index, Text($"Record {index} cannot be read: {examined.Problem}"));
                return;
            }

            if (header.Index != index)
            {
                Add(index, Text($"In place of record {index} stands one that says it is record {header.Index}: records were removed, added or exchanged."));
            }

            if (header.Time < _lastTime)
            {
                Add(index, Text($"Record {index} is older than the one before it."));
            }

            _lastTime = header.Time;
        }

        private void TakeCheckpoint(ExaminedEntry examined)
        {
            if (examined.Checkpoint is not { } checkpoint)
            {
                Add(null, Text($"The checkpoint behind record {Size - 1} does not hold: {examined.Problem}"));
                return;
            }

            _checkpoints++;
            if (checkpoint.Size != Size || (examined.Entry.StatedIndex is { } size && size != checkpoint.Size))
            {
                Add(null, Text($"Behind record {Size - 1} stands a checkpoint for {checkpoint.Size} records."));
            }
            else if (!checkpoint.Root.AsSpan().SequenceEqual(_tree.Root))
            {
                Add(null, Text($"The checkpoint for {Size} records has another root: a record from {_covered} to {Size - 1} was changed."));
            }

            _covered = Size;
        }

        private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
