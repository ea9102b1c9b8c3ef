using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// An object detector: adds the boxes that it finds in each frame to the data, with scores and classes. It comes from
/// <see cref="OnnxCatalog.FromOnnxDetector"/> or from <c>mlContext.Model.Load</c>. A frame that cannot be read has no
/// boxes. Several cursors can run at the same time; they share the graph.
/// </summary>
public sealed class OnnxDetectorTransformer : PoseTransformer, ILoadable<OnnxDetectorTransformer>, IDisposable
{
    private readonly OnnxDetector _detector;
    private bool _isDisposed;

    internal OnnxDetectorTransformer(OnnxDetector detector) => _detector = detector;

    /// <summary>The options it was loaded with.</summary>
    public OnnxDetectorOptions Options => _detector.Options;

    static int ILoadable<OnnxDetectorTransformer>.PayloadVersion => 1;

    // A saved detector is computed by the processor: the machine that loads it may not have the provider.
    static OnnxDetectorTransformer ILoadable<OnnxDetectorTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    )
    {
        const string name = "the saved detector";
        var options = OptionsJson.Read<OnnxDetectorOptions>(reader).Checked() with { Provider = OnnxProvider.Cpu };
        var graph = OnnxFolder.Whole(reader.ReadBytes(Math.Max(0, reader.ReadInt32())), name);
        return new(new OnnxDetector(graph, options, name));
    }

    /// <summary>Frees the graph. Afterwards the detector can neither be applied nor saved.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
            _detector.Dispose();
        _isDisposed = true;
    }

    internal override void Save(BinaryWriter writer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        OptionsJson.Write(writer, Options);
        writer.Write(_detector.Model.Length);
        writer.Write(_detector.Model);
    }

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new Mapper(this, ColumnRule.Image.Require(inputSchema, Options.ImageColumn, GetType().Name));
    }

    private sealed class Mapper(OnnxDetectorTransformer owner, DataViewSchema.Column image) : PoseMapper
    {
        public override IReadOnlyList<OutputColumn> Outputs { get; } =
        [
            KeypointColumns.Values(owner.Options.BoxesColumn, ["left", "top", "right", "bottom"], single: false),
            KeypointColumns.Value(owner.Options.ScoreColumn, single: false),
            KeypointColumns.Value(owner.Options.ClassColumn, single: false),
        ];

        public override IReadOnlyList<DataViewSchema.Column> Inputs => [image];

        public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) =>
            new Pass(owner, new FrameReader(input, image));
    }

    private sealed class Pass(OnnxDetectorTransformer owner, FrameReader frames) : PosePass
    {
        private readonly FrameResampler _resampler = owner._detector.CreateResampler();
        private float[][] _values = [];

        public override void Read(int slot)
        {
            ObjectDisposedException.ThrowIf(owner._isDisposed, owner);
            var found = frames.TryRead(out var frame) ? owner._detector.Find(frame, _resampler) : [];
            _values =
            [
                [.. found.SelectMany(one => Numbers(one.Box))],
                [.. found.Select(one => one.Score)],
                [.. found.Select(one => (float)one.Class)],
            ];
        }

        public override void Process(int count) { }

        public override Delegate CreateGetter(int output, Func<int> slot) =>
            (ValueGetter<VBuffer<float>>)(
                (ref VBuffer<float> value) => SkeletonAnnotations.Copy<float>(_values[output], ref value)
            );

        public override void Dispose() => frames.Dispose();

        private static float[] Numbers(Box box) =>
            [(float)box.Left, (float)box.Top, (float)box.Right, (float)box.Bottom];
    }
}
