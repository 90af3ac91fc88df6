namespace Signet.Agent.Access;

/// <summary>A refused call on the operators' socket, for the ledger.</summary>
/// <param name="Account">Who called, as the operating system says.</param>
/// <param name="ProcessId">Its process; 0 where it is not known.</param>
/// <param name="Call">What was called.</param>
internal sealed record OperatorRefusal(string Account, int ProcessId, string Call);
