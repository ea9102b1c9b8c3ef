namespace Sleap.MLNet;

/// <summary>The samples of all networks of a model, made in one pass over the frames.</summary>
/// <param name="makers">One a network.</param>
/// <param name="cache">What keeps the pictures.</param>
/// <param name="frame">The size that frames are matched to.</param>
internal sealed class StageSamples(SampleMaker[] makers, SampleCache cache, (int Height, int Width) frame) : IDisposable
{
    public (int Height, int Width) Frame => frame;

    public SampleCache Cache => cache;

    /// <summary>Where the labels of the frames are.</summary>
    public LabelBounds Bounds { get; } = new();

    public SampleMaker this[int stage] => makers[stage];

    public void Add(bool validates, LabelledRow row, FramePixels pixels)
    {
        Bounds.Add(row, pixels.Height, pixels.Width);
        foreach (var maker in makers)
        {
            var to = validates ? maker.Validation : maker.Training;
            to.Cache = cache;
            maker.Add(to, row, pixels);
        }
    }

    public void Dispose() => cache.Dispose();
}
