using System.Runtime.InteropServices;

namespace Sleap.Cli;

/// <summary>
/// Ctrl+C, and the end of a session, as a cancellation that what goes on may take its time to follow: to finish a step and save. A second one ends the program at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _signals;

    public Interruption(string said) => _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, context =>
    {
        if (_source.IsCancellationRequested) return;
        context.Cancel = true;
        Console.Error.WriteLine($"{Environment.NewLine}sleap: {said}");
        _source.Cancel();
    }))];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _source.Dispose();
    }
}
