using System.Runtime.InteropServices;

namespace Sleap.Cli;

/// <summary>
/// Turns Ctrl+C, or the signal by which a scheduler ends a job, into a cancellation; the second one ends the process at
/// once. The command-line parser's own handling is not used, because it gives work two seconds only.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;

    /// <param name="message">What is printed at the first signal.</param>
    public Interruption(string message) =>
        _signals = [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal =>
                PosixSignalRegistration.Create(
                    signal,
                    context =>
                    {
                        if (_stop.IsCancellationRequested)
                            return;
                        context.Cancel = true;
                        Terminal.Say($"{message}; again to end at once.");
                        _stop.Cancel();
                    }
                )
            ),
        ];

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _stop.Dispose();
    }
}
