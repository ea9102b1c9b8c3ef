using System.Runtime.InteropServices;

namespace Sleap.Cli;

/// <summary>
/// Ctrl+C, or the signal by which a scheduler ends a job, asks the work to end well; the second time it ends at once.
/// Asked for here and not of the command-line parser, which gives work two seconds.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _signals;

    /// <param name="said">What is told to the one who asked.</param>
    public Interruption(string said) =>
        _signals = [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal =>
                PosixSignalRegistration.Create(
                    signal,
                    context =>
                    {
                        if (_asked.IsCancellationRequested)
                            return;
                        context.Cancel = true;
                        Console.Error.WriteLine($"{Environment.NewLine}sleap: {said}; again to end at once.");
                        _asked.Cancel();
                    }
                )
            ),
        ];

    public CancellationToken Token => _asked.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _asked.Dispose();
    }
}
