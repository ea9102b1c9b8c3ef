using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A trained model: adds what it finds in each frame to the data. Made by an estimator or loaded by <c>mlContext.Model.Load</c>.
/// Several cursors may predict at once; they share the networks.
/// </summary>
public abstract class PoseModelTransformer : PoseTransformer, IDisposable
{
    /// <summary>For models that leave the size of frames open: those of a pass are matched to its first one.</summary>
    internal static readonly (int Height, int Width) AnySize = (0, 0);

    private protected PoseModelTransformer(IHostEnvironment environment, PoseSubject subject, (int Height, int Width) frame, ModelColumns columns)
    {
        (Environment, Subject, Frame, Columns) = (environment, subject, frame, columns);
    }

    /// <summary>The nodes it finds, and the edges between them.</summary>
    public Skeleton Skeleton => Subject.Skeleton;

    /// <summary>Names of the animals it tells apart, in the order of the identities' key; empty for models without identities.</summary>
    public IReadOnlyList<string> Classes => Subject.Classes;

    internal IHostEnvironment Environment { get; }

    internal PoseSubject Subject { get; }

    /// <summary>The frame size that all others are matched to, or <see cref="AnySize"/>.</summary>
    internal (int Height, int Width) Frame { get; }

    internal ModelColumns Columns { get; }

    internal abstract PosePredictor Predictor { get; }

    /// <summary>Frames that are predicted together.</summary>
    internal abstract int FramesAtOnce { get; }

    internal abstract PoseColumnOptions ColumnNames { get; }

    /// <summary>Where it predicts, as its options say.</summary>
    internal abstract string DeviceName { get; }

    /// <summary>Which of the animals of a frame are kept; null: all.</summary>
    internal virtual InstanceFilterOptions? Filter => null;

    /// <summary>What leaves out animals of a frame; null: all are kept.</summary>
    internal InstanceFilter? CreateFilter() => Filter is { } filter && filter != new InstanceFilterOptions() ? new InstanceFilter(filter) : null;

    /// <summary>The models, first stage first.</summary>
    internal abstract IReadOnlyList<PoseModel> Models { get; }

    /// <summary>The same model with other settings to predict with. It has weights of its own, so either may be disposed first.</summary>
    /// <exception cref="ArgumentException">A value cannot be used; the message lists every fault.</exception>
    public abstract PoseModelTransformer With(PredictionOptions prediction);

    /// <summary>Frees the networks. The transformer cannot predict afterwards.</summary>
    public void Dispose()
    {
        foreach (var model in Models) model.Dispose();
        GC.SuppressFinalize(this);
    }

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema) =>
        new ModelMapper(this, FrameReader.Require(inputSchema, ColumnNames.Image, GetType().Name), CentresOf(inputSchema));

    /// <summary>Where a model that is told the animals' centres reads them; null: it finds them.</summary>
    private protected virtual CentreColumn? CentresOf(DataViewSchema schema) => null;

    private protected InputSizes InputOf(PoseModelOptions options) => new(Frame, options);
}
