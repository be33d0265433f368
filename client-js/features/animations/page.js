const find = (id) => document.getElementById(id);
const rest = (animation, time) => {
  animation.pause();
  animation.currentTime = time;
};

const [steered] = find('css-steered').getAnimations();
steered.playbackRate = -1;
rest(steered, 2500);
const [before] = find('css-before').getAnimations({ subtree: true });
rest(before, 13_200);

const moved = find('transition');
moved.getBoundingClientRect();
moved.style.marginLeft = '160px';
moved.style.backgroundColor = 'orange';
for (const transition of moved.getAnimations()) rest(transition, 1200);

rest(find('paused').animate([{ transform: 'none' }, { transform: 'translate(150px, 30px) skewX(20deg)' }], { duration: 1000, easing: 'ease-out' }), 345.67);
find('stays').animate({ transform: ['none', 'translateX(90px)'], backgroundColor: ['teal', 'purple'] }, { duration: 1, fill: 'forwards' });
rest(find('endless').animate({ left: ['0px', '160px'] }, { duration: 700, iterations: Infinity, direction: 'alternate', delay: -150 }), 1234);
const added = find('added');
rest(added.animate({ transform: ['translateX(0)', 'translateX(100px)'] }, { duration: 1000, fill: 'both' }), 500);
rest(added.animate({ transform: ['rotate(0deg)', 'rotate(90deg)'] }, { duration: 1000, composite: 'add' }), 500);
rest(
  find('stepped').animate(
    [
      { left: '0px', '--size': '1', easing: 'steps(4)' },
      { left: '100px', '--size': '2', offset: 0.8 },
      { left: '200px', '--size': '3' },
    ],
    { duration: 1000 },
  ),
  500,
);
const after = find('after');
const style = document.createElement('style');
style.textContent = '#after::after { content: "after"; position: absolute; color: crimson } #stepped { height: calc(var(--size, 0) * 15px) }';
document.head.append(style);
rest(after.animate({ left: ['130px', '10px'] }, { duration: 1000, delay: 400, fill: 'backwards', pseudoElement: '::after' }), 100);
const built = new Animation(new KeyframeEffect(find('built'), { borderRadius: ['0px', '20px'], opacity: [1, 0.2] }, 1000));
rest(built, 600);
find('over').animate({ transform: ['none', 'translateX(90px)'] }, 1);
const root = find('shadow').attachShadow({ mode: 'open' });
root.innerHTML = '<style>@keyframes slide { to { margin-left: 150px } } b { display: block; width: 40px; margin: 8px; background: teal; animation: slide 2s linear }</style><b>shade</b>';
rest(root.querySelector('b').getAnimations()[0], 1500);
rest(find('picture').animate({ backgroundImage: ['url(dot.svg)', 'url(dot.svg)'], width: ['40px', '140px'] }, 1000), 500);
