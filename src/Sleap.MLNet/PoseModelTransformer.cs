using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A trained model: adds the predicted instances of each frame to the data. It comes from an estimator or from
/// <c>mlContext.Model.Load</c>. Several cursors can predict at the same time; they share the networks.
/// </summary>
public abstract class PoseModelTransformer : PoseTransformer, IDisposable
{
    /// <summary>
    /// Value of <see cref="Frame"/> for models without a fixed frame size: frames are matched to the first frame of
    /// each pass over the data.
    /// </summary>
    internal static readonly (int Height, int Width) AnySize = (0, 0);

    private readonly TrainedModel _model;
    private int _isDisposed;

    private protected PoseModelTransformer(TrainedModel model)
    {
        _model = model;
        Columns = model.Options.ColumnsFor(model.Subject);
        Predictor = model.Options.CreatePredictor(model);
        foreach (var network in model.Networks)
            network.Prepare(model.Device);
    }

    /// <summary>The nodes and edges of the predicted instances.</summary>
    public Skeleton Skeleton => _model.Subject.Skeleton;

    /// <summary>
    /// Names of the classes, in the order of the key values of the identity column; empty for models without classes.
    /// </summary>
    public IReadOnlyList<string> Classes => _model.Subject.Classes;

    /// <summary>The options of the whole model.</summary>
    internal PoseModelOptions ModelOptions => _model.Options;

    internal IHostEnvironment Environment => _model.Environment;

    internal PoseSubject Subject => _model.Subject;

    /// <summary>The frame size that all frames are matched to, or <see cref="AnySize"/>.</summary>
    internal (int Height, int Width) Frame => _model.Frame;

    internal ModelColumns Columns { get; }

    internal PosePredictor Predictor { get; }

    /// <summary>The networks, first stage first.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="NotSupportedException">The model is a graph of ONNX and has no networks.</exception>
    internal IReadOnlyList<PoseModel> Networks
    {
        get
        {
            ThrowIfDisposed();
            return HasNetworks
                ? _model.Networks
                : throw new NotSupportedException(
                    "The model is a graph of ONNX, without the network that it was made of: use the model that was exported."
                );
        }
    }

    /// <summary>Whether libtorch predicts; a graph of ONNX has no networks.</summary>
    internal bool HasNetworks => _model.Networks.Count > 0;

    /// <summary>Number of frames in one batch.</summary>
    internal int FramesAtOnce => ModelOptions.FramesAtOnce;

    internal PoseColumnOptions ColumnNames => ModelOptions.Columns;

    /// <summary>The device that predicts, as set in the options.</summary>
    internal string DeviceName => ModelOptions.Device;

    /// <summary>Creates the filter that decides which instances of a frame are kept; null: all are kept.</summary>
    internal InstanceFilter? CreateFilter() =>
        ModelOptions.Filter == new InstanceFilterOptions() ? null : new InstanceFilter(ModelOptions.Filter);

    /// <summary>
    /// Returns the same model with other prediction settings. Both share their networks unless device or precision
    /// differ; they can be disposed in any order.
    /// </summary>
    /// <exception cref="ArgumentException">A value cannot be used; the message lists every fault.</exception>
    /// <exception cref="ObjectDisposedException">This model was disposed.</exception>
    public abstract PoseModelTransformer With(PredictionOptions prediction);

    /// <summary>
    /// Frees the networks. Afterwards the model can neither predict nor be saved: both throw
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    /// <remarks>
    /// ML.NET's <c>PredictionEngine</c> disposes its model with itself, unless it is created with
    /// <c>PredictionEngineOptions.OwnsTransformer = false</c>.
    /// </remarks>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        foreach (var network in _model.Networks)
            network.Dispose();
        (Predictor as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Throws if the model is disposed. Called before each use of the networks.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal void ThrowIfDisposed()
    {
        if (Volatile.Read(ref _isDisposed) == 0)
            return;
        throw new ObjectDisposedException(
            GetType().Name,
            "The model was disposed: its networks are gone, so that it can neither predict nor be saved. "
                + "A PredictionEngine disposes its model when it is disposed; make it with new "
                + "PredictionEngineOptions { OwnsTransformer = false } to keep the model, or save it before."
        );
    }

    internal override void Save(BinaryWriter writer) => SavedModel.Write(writer, this);

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema)
    {
        ThrowIfDisposed();
        return new ModelMapper(
            this,
            ColumnRule.Image.Require(inputSchema, ColumnNames.Image, GetType().Name),
            ModelOptions.BindCenters(inputSchema, Subject)
        );
    }

    /// <summary>Returns a transformer with the same networks and other options.</summary>
    /// <exception cref="ArgumentException">Lists every fault of the options.</exception>
    private protected PoseModelTransformer Changed(PoseModelOptions options) => Changed(options, Frame);

    /// <summary>Returns a transformer with the same networks and other prediction settings.</summary>
    private protected PoseModelTransformer Changed(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Changed(ModelOptions.With(prediction.On(Environment)), prediction.FrameOf(this));
    }

    private PoseModelTransformer Changed(PoseModelOptions options, (int Height, int Width) frame) =>
        TrainedModel.Share(Environment, options, Subject, frame, Networks);
}

/// <summary>A trained model of the type that <typeparamref name="TOptions"/> define.</summary>
/// <typeparam name="TOptions">The options of the model type.</typeparam>
public abstract class PoseModelTransformer<TOptions> : PoseModelTransformer
    where TOptions : PoseModelOptions
{
    private protected PoseModelTransformer(TrainedModel model)
        : base(model) { }

    /// <summary>
    /// The options of training, completed by values that training determined, such as the crop size. After loading, the
    /// options that matter only for training have their defaults.
    /// </summary>
    public TOptions Options => (TOptions)ModelOptions;
}
