using System.Diagnostics;
using System.Globalization;
using Sleap.MLNet;

namespace Sleap.Bench;

/// <summary>Passes progress on, and remembers what the process took of memory after each epoch.</summary>
internal sealed class TrainingMemory(IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
{
    private readonly List<long> _megabytes = [];

    public void Report(TrainingProgress value)
    {
        _megabytes.Add(Environment.WorkingSet >> 20);
        next.Report(value);
    }

    public override string ToString()
    {
        using var process = Process.GetCurrentProcess();
        process.Refresh();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"memory {_megabytes[Math.Min(1, _megabytes.Count - 1)]} MB after the "
                + $"second epoch, {_megabytes[_megabytes.Count / 2]} in the middle, {_megabytes[^1]} after the last, "
                + $"peak {process.PeakWorkingSet64 >> 20} MB"
        );
    }
}
