namespace Sleap.MLNet;

/// <summary>How a box that is not square becomes a square crop.</summary>
public enum BoxAspect
{
    /// <summary>What lies around its shorter side is taken in. sleap-nn's <c>square</c>.</summary>
    Square,

    /// <summary>As <see cref="Square"/>, but what is taken in is made black. sleap-nn's <c>letterbox</c>.</summary>
    Letterbox,

    /// <summary>The shorter side is stretched. sleap-nn's <c>stretch</c>.</summary>
    Stretch,
}
