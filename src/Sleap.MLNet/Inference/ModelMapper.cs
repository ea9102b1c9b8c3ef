using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>A model bound to one schema.</summary>
/// <param name="owner">The model.</param>
/// <param name="image">The column of frames.</param>
/// <param name="centres">Where a model that is told the animals' centres reads them; null: it finds them.</param>
internal sealed class ModelMapper(PoseModelTransformer owner, DataViewSchema.Column image, CentreColumn? centres) : ReadAheadMapper
{
    public override IReadOnlyList<OutputColumn> Outputs { get; } = owner.Columns.Outputs;

    public override IReadOnlyList<DataViewSchema.Column> Inputs => centres is null ? [image] : [image, centres.Column];

    public override int BatchSize => owner.FramesAtOnce;

    public override void WarmUp() => owner.Predictor.WarmUp(new LiveOptions(), owner.Frame);

    public override PosePass[] Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs, int count) =>
        [.. owner.Predictor.Begin(BatchSize, count).Select(batch => new Pass(owner, batch, new FrameReader(input, image), centres?.Open(input)))];

    private sealed class Pass(PoseModelTransformer owner, PredictionBatch batch, FrameReader frames, Func<float[]>? centres) : PosePass
    {
        private readonly InstanceFilter? _filter = owner.CreateFilter();
        private FoundInstances[] _found = [];

        public override void Read(int slot) => batch.Read(slot, frames.Read(), centres is null ? [] : centres());

        public override void Process(int count)
        {
            _found = batch.Predict(count);
            if (_filter is not null) _found = [.. _found.Select(animals => animals.Filtered(_filter))];
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => owner.Columns.CreateGetter(output, () => _found[slot()]);

        public override void Dispose() => frames.Dispose();
    }
}
