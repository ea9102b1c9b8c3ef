using System.Runtime.InteropServices;

namespace Sleap.Cli;

/// <summary>
/// Ctrl+C, or the signal by which a scheduler ends a job, asks the work to end well; the second time it ends at once. Asked for here and not of the
/// command-line parser, which gives work two seconds.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, End), PosixSignalRegistration.Create(PosixSignal.SIGTERM, End)];

    public CancellationToken Token => _asked.Token;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _asked.Dispose();
    }

    private void End(PosixSignalContext context)
    {
        if (_asked.IsCancellationRequested) return;
        context.Cancel = true;
        Console.Error.WriteLine();
        Console.Error.WriteLine("sleap: ending after this batch, and writing what is done; once more to end at once.");
        _asked.Cancel();
    }
}
