/* Draws the charts of a results page from their data attributes. The table below each stays for those without scripts. */
(() => {
  "use strict";
  const styles = getComputedStyle(document.documentElement);
  const token = (name) => styles.getPropertyValue(name).trim();
  const font = () => ({ fontFamily: token("--q-font"), fontSize: parseFloat(getComputedStyle(document.body).fontSize) * 0.85 });
  const draw = (place) => {
    const { kind, labels, values, unit } = JSON.parse(place.dataset.chart);
    const written = (value) => `${unit === "%" ? value.toFixed(1) : value.toLocaleString("en-US")}${unit}`;
    place.hidden = false;
    place.nextElementSibling.open = false;
    const line = { lineStyle: { color: token("--q-line") } };
    const chart = echarts.init(place);
    chart.setOption({
      animation: false,
      textStyle: { ...font(), color: token("--q-ink-700") },
      grid: { left: 8, right: 24, top: 24, bottom: 8, containLabel: true },
      xAxis: { type: "category", data: labels, axisLine: line, axisTick: { show: false }, axisLabel: { color: token("--q-ink-700") } },
      yAxis: { type: "value", splitLine: { lineStyle: { color: token("--q-line-soft") } }, axisLabel: { formatter: `{value}${unit}`, color: token("--q-ink-700") } },
      series: [
        {
          type: kind,
          data: values,
          color: token("--q-sea-600"),
          barMaxWidth: 48,
          symbolSize: 8,
          label: { show: true, position: "top", formatter: ({ value }) => written(value), color: token("--q-ink-900") },
        },
      ],
    });
    addEventListener("resize", () => chart.resize());
  };
  document.fonts.ready.then(() => document.querySelectorAll("[data-chart]").forEach(draw));
})();
