namespace Sleap.MLNet;

/// <summary>What chooses the best weights.</summary>
internal enum TrainingMonitor
{
    /// <summary>The lowest validation loss.</summary>
    ValidationLoss,

    /// <summary>The lowest training loss.</summary>
    TrainingLoss,

    /// <summary>The lowest mean distance of peaks and labels in the validation.</summary>
    ValidationError,

    /// <summary>The highest share of instances with the right class in the validation.</summary>
    ClassAccuracy,

    /// <summary>The highest PCK in the validation.</summary>
    Pck,
}

/// <summary>sleap-nn's names of what chooses the best weights.</summary>
internal static class TrainingMonitors
{
    private static readonly Dictionary<string, TrainingMonitor> Names = new(StringComparer.Ordinal)
    {
        ["val/loss"] = TrainingMonitor.ValidationLoss,
        ["train/loss"] = TrainingMonitor.TrainingLoss,
        ["eval/val/distance/avg"] = TrainingMonitor.ValidationError,
        ["eval/val/centroid_dist_avg"] = TrainingMonitor.ValidationError,
        ["val/class_accuracy"] = TrainingMonitor.ClassAccuracy,
        ["eval/val/mPCK"] = TrainingMonitor.Pck,
    };

    /// <summary>Returns what a name stands for; null if it is not measured here.</summary>
    public static TrainingMonitor? Of(string name) => Names.TryGetValue(name, out var monitor) ? monitor : null;

    /// <summary>Returns the measure of an epoch; lower is better, NaN: there is none.</summary>
    public static double Measure(this TrainingMonitor monitor, TrainingProgress epoch) =>
        monitor switch
        {
            TrainingMonitor.TrainingLoss => epoch.TrainingLoss,
            TrainingMonitor.ValidationError => epoch.ValidationError,
            TrainingMonitor.ClassAccuracy => -epoch.ValidationIdentity,
            TrainingMonitor.Pck => -epoch.ValidationPck,
            _ => epoch.ValidationLoss,
        };

    /// <summary>Returns the name of what is monitored for a network.</summary>
    public static string NameOf(TrainingMonitor monitor, NetworkOptions network) =>
        Names.Last(pair => pair.Value == monitor && (network is CentroidOptions || !pair.Key.Contains("centroid"))).Key;
}
